"""The tables of notifications: messages and attempts, lines, standings and calls, alarms, edited words."""

from notifications.models.addresses import CallOutcome, CallTask, Standing, Verdict
from notifications.models.editions import WordingEdition
from notifications.models.embedded import EmbeddedMail
from notifications.models.messages import (
    LEFT,
    SETTLED,
    Attempt,
    Channel,
    Lane,
    Message,
    MessageQuerySet,
    MessageState,
    Outcome,
    Receipt,
)
from notifications.models.monitoring import Alarm, AlarmKind, Audit
from notifications.models.sending import DailySpend, Hold, Home, Line

__all__ = [
    "LEFT",
    "SETTLED",
    "Alarm",
    "AlarmKind",
    "Attempt",
    "Audit",
    "CallOutcome",
    "CallTask",
    "Channel",
    "DailySpend",
    "EmbeddedMail",
    "Hold",
    "Home",
    "Lane",
    "Line",
    "Message",
    "MessageQuerySet",
    "MessageState",
    "Outcome",
    "Receipt",
    "Standing",
    "Verdict",
    "WordingEdition",
]
