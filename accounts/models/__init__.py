"""The tables of accounts: people, users and their roles, codes and counters, and who looked at whom."""

from accounts.models.people import (
    Citizen,
    Identity,
    IdentityCheck,
    IdentityView,
    NumberKind,
    PolicyAcceptance,
)
from accounts.models.sign_in import PhoneCode, Purpose, Throttle, Unfinished
from accounts.models.users import (
    Absence,
    Membership,
    User,
    acting_as,
    agencies_with_officers,
    cmu_staff,
    members_of,
    officers_of,
    operators,
    supervisors_of,
)

__all__ = [
    "Absence",
    "Citizen",
    "Identity",
    "IdentityCheck",
    "IdentityView",
    "Membership",
    "NumberKind",
    "PhoneCode",
    "PolicyAcceptance",
    "Purpose",
    "Throttle",
    "Unfinished",
    "User",
    "acting_as",
    "agencies_with_officers",
    "cmu_staff",
    "members_of",
    "officers_of",
    "operators",
    "supervisors_of",
]
