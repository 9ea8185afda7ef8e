"""The tables of notifications: messages and attempts, lines, standings and calls, alarms, edited words."""

from notifications.models.editions import WordingEdition
from notifications.models.ledger import EmbeddedMail
from notifications.models.lines import DailySpend, Hold, Home, Line
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
from notifications.models.people import CallOutcome, CallTask, Standing, Verdict
from notifications.models.watch import Alarm, AlarmKind, Audit

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
