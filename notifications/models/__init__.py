"""The tables of this app: messages and attempts, routes, addresses, calls, alarms, periodic tasks, edited wordings."""

from notifications.models.addresses import AddressStatus, Endpoint, PushSubscription, ReceivedCall, Verdict
from notifications.models.messages import (
    LEFT,
    REPEATABLE,
    SETTLED,
    TO_PEOPLE,
    Attempt,
    Channel,
    Lane,
    Message,
    MessageQuerySet,
    MessageState,
    Outcome,
    Receipt,
)
from notifications.models.monitoring import Alarm, AlarmKind, Audit, CallOutcome, CallTask, FailingRow, PeriodicTask
from notifications.models.sending import DailySpend, DatabaseIdentity, EmbeddedMail, Hold, ProviderRoute, WordingEdition

__all__ = [
    "LEFT",
    "REPEATABLE",
    "SETTLED",
    "TO_PEOPLE",
    "AddressStatus",
    "Alarm",
    "AlarmKind",
    "Attempt",
    "Audit",
    "CallOutcome",
    "CallTask",
    "Channel",
    "DailySpend",
    "DatabaseIdentity",
    "EmbeddedMail",
    "Endpoint",
    "FailingRow",
    "Hold",
    "Lane",
    "Message",
    "MessageQuerySet",
    "MessageState",
    "Outcome",
    "PeriodicTask",
    "ProviderRoute",
    "PushSubscription",
    "Receipt",
    "ReceivedCall",
    "Verdict",
    "WordingEdition",
]
