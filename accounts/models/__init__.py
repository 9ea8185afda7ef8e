"""The tables of accounts: people, users, roles, factors, sessions, codes and counters, and who viewed an identity."""

from accounts.models.app_sessions import AppSession, RefreshKey, SessionEnd, StoredAnswer
from accounts.models.factors import Factor, FactorKind, RecoveryCode
from accounts.models.identity import DecisionKind, IdentityDecision, RegistryBreaker
from accounts.models.mandates import Mandate, MandateGround, MandateOver, MandateState
from accounts.models.people import (
    Citizen,
    Identity,
    IdentityCheck,
    NumberKind,
    PolicyAcceptance,
)
from accounts.models.policy_editions import EditionState, PolicyEdition
from accounts.models.privacy import DataCopy, PrivacyRequest, RequestKind, RequestLimit, RequestState
from accounts.models.sessions import Session
from accounts.models.sign_in import FormDraft, PhoneCode, Purpose, RateCounter
from accounts.models.staff import (
    FIRST_OPERATORS,
    Invitation,
    Outcome,
    StaffChange,
    StaffChangeKind,
)
from accounts.models.users import (
    Absence,
    Membership,
    User,
    acting_as,
    acting_officers,
    agencies_with_officers,
    cmu_staff,
    members_of,
    officers_of,
    operators,
    roles_held,
    supervisors_of,
)
from accounts.models.views import IdentityView, ViewKind

__all__ = [
    "FIRST_OPERATORS",
    "Absence",
    "AppSession",
    "Citizen",
    "DataCopy",
    "DecisionKind",
    "EditionState",
    "Factor",
    "FactorKind",
    "FormDraft",
    "Identity",
    "IdentityCheck",
    "IdentityDecision",
    "IdentityView",
    "Invitation",
    "Mandate",
    "MandateGround",
    "MandateOver",
    "MandateState",
    "Membership",
    "NumberKind",
    "Outcome",
    "PhoneCode",
    "PolicyAcceptance",
    "PolicyEdition",
    "PrivacyRequest",
    "Purpose",
    "RateCounter",
    "RecoveryCode",
    "RefreshKey",
    "RegistryBreaker",
    "RequestKind",
    "RequestLimit",
    "RequestState",
    "Session",
    "SessionEnd",
    "StaffChange",
    "StaffChangeKind",
    "StoredAnswer",
    "User",
    "ViewKind",
    "acting_as",
    "acting_officers",
    "agencies_with_officers",
    "cmu_staff",
    "members_of",
    "officers_of",
    "operators",
    "roles_held",
    "supervisors_of",
]
