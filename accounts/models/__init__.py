"""The tables of accounts: people, users and their roles, codes and counters, and whose identity staff viewed."""

from accounts.models.people import (
    Citizen,
    Identity,
    IdentityCheck,
    IdentityView,
    NumberKind,
    PolicyAcceptance,
)
from accounts.models.sign_in import FormDraft, PhoneCode, Purpose, RateCounter
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
    roles_held,
    supervisors_of,
)

__all__ = [
    "Absence",
    "Citizen",
    "FormDraft",
    "Identity",
    "IdentityCheck",
    "IdentityView",
    "Membership",
    "NumberKind",
    "PhoneCode",
    "PolicyAcceptance",
    "Purpose",
    "RateCounter",
    "User",
    "acting_as",
    "agencies_with_officers",
    "cmu_staff",
    "members_of",
    "officers_of",
    "operators",
    "roles_held",
    "supervisors_of",
]
