"""The rows of complaints: the case, its history, its clocks, and the words said on it."""

from complaints.models.case import Case, CaseQuerySet, Channel, NotifyBy
from complaints.models.clocks import Clock, ClockStep, Ending
from complaints.models.drafts import Draft
from complaints.models.files import Attachment
from complaints.models.history import CaseEvent, Holding
from complaints.models.words import (
    Addition,
    Answer,
    AnswerState,
    Extension,
    ExtensionState,
    Objection,
    ObjectionRuling,
    Question,
    Refusal,
    RefusalReason,
    Revision,
    Ruling,
)

__all__ = [
    "Addition",
    "Answer",
    "AnswerState",
    "Attachment",
    "Case",
    "CaseEvent",
    "CaseQuerySet",
    "Channel",
    "Clock",
    "ClockStep",
    "Draft",
    "Ending",
    "Extension",
    "ExtensionState",
    "Holding",
    "NotifyBy",
    "Objection",
    "ObjectionRuling",
    "Question",
    "Refusal",
    "RefusalReason",
    "Revision",
    "Ruling",
]
