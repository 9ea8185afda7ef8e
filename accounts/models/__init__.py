"""The tables of accounts: people, users and their roles, codes and counters, and who looked at whom."""

from accounts.models.doors import PhoneCode, Purpose, Throttle, Unfinished
from accounts.models.people import (
    Citizen,
    Identity,
    IdentityCheck,
    IdentityView,
    NumberKind,
    PolicyAcceptance,
)
from accounts.models.users import (
    Absence,
    Membership,
    User,
    agencies_with_officers,
    cmu_staff,
    officers_of,
    operators,
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
    "agencies_with_officers",
    "cmu_staff",
    "officers_of",
    "operators",
]
