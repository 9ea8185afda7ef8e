"""The tables of this app: messages and attempts, routes, addresses, calls, alarms, periodic tasks, edited wordings."""

from notifications.models.addresses import AddressStatus, Verdict
from notifications.models.call_tasks import CallOutcome, CallTask
from notifications.models.editions import WordingEdition
from notifications.models.embedded import EmbeddedMail
from notifications.models.endpoints import Endpoint, ReceivedCall
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
from notifications.models.monitoring import Alarm, AlarmKind, Audit, FailingRow, PeriodicTask
from notifications.models.sending import DailySpend, DatabaseIdentity, Hold, ProviderRoute
from notifications.models.subscriptions import PushSubscription

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
