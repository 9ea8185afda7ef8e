"""The tables of complaints: the case, its history, its clocks, and the texts that belong to it."""

from complaints.models.annotations import (
    CaseLink,
    Label,
    LinkKind,
    Note,
    NoteKind,
    SavedFilter,
    SpokenWith,
    StandardText,
)
from complaints.models.case import Case, CaseQuerySet
from complaints.models.centre_contacts import TAKEN_DOWN, CentreContact, ContactResult, FoundBy
from complaints.models.channels import Channel, NotifyBy
from complaints.models.classifications import Classification
from complaints.models.clocks import Clock, ClockStep, Ending
from complaints.models.consultations import WITH_DIRECTORATE, Consultation, ConsultationState, Estimate
from complaints.models.drafts import Draft
from complaints.models.explanations import Explanation
from complaints.models.files import Attachment, AttachmentMark, ShownFile, Thumbnail, Upload, UploadPiece
from complaints.models.history import CaseEvent, Holding, TextSalt, event_key
from complaints.models.listed_cases import ListedCase
from complaints.models.macros import Macro, MacroAct, MacroStep
from complaints.models.mandate_papers import MandatePaper
from complaints.models.privacy import (
    ERASED,
    Breach,
    BreachPerson,
    DeletedCase,
    DoomedFile,
    LegalHold,
    RetentionReport,
    RetentionRule,
)
from complaints.models.problem_joins import ProblemJoin
from complaints.models.program_keys import ProgramCase, ProgramKey
from complaints.models.published_answers import PublishedAnswer
from complaints.models.ratings import Confirmation, ConfirmationOf, FormerRating, Rating, Recurrence, Solved
from complaints.models.read_marks import ReadMark
from complaints.models.recusals import Recusal
from complaints.models.referrals import (
    AgencySystem,
    CentreReport,
    Handover,
    HandoverWay,
    Precedent,
    ReferralTask,
    TaskState,
)
from complaints.models.search import SearchBlock
from complaints.models.site_cases import SiteCase
from complaints.models.suggestions import Likeness, OwnerClues, SuggestionsDue
from complaints.models.texts import (
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
    TopicAnswer,
)
from complaints.models.track_records import AnswerRecord, PromiseForecast, PromiseRecord, TrackRecordCount
from complaints.models.unsent_forms import SentForm, UnsentForm

__all__ = [
    "ERASED",
    "TAKEN_DOWN",
    "WITH_DIRECTORATE",
    "Addition",
    "AgencySystem",
    "Answer",
    "AnswerRecord",
    "AnswerState",
    "Attachment",
    "AttachmentMark",
    "Breach",
    "BreachPerson",
    "Case",
    "CaseEvent",
    "CaseLink",
    "CaseQuerySet",
    "CentreContact",
    "CentreReport",
    "Channel",
    "Classification",
    "Clock",
    "ClockStep",
    "Confirmation",
    "ConfirmationOf",
    "Consultation",
    "ConsultationState",
    "ContactResult",
    "DeletedCase",
    "DoomedFile",
    "Draft",
    "Ending",
    "Estimate",
    "Explanation",
    "Extension",
    "ExtensionState",
    "FormerRating",
    "FoundBy",
    "Handover",
    "HandoverWay",
    "Holding",
    "Label",
    "LegalHold",
    "Likeness",
    "LinkKind",
    "ListedCase",
    "Macro",
    "MacroAct",
    "MacroStep",
    "MandatePaper",
    "Note",
    "NoteKind",
    "NotifyBy",
    "Objection",
    "ObjectionRuling",
    "OwnerClues",
    "Precedent",
    "ProblemJoin",
    "ProgramCase",
    "ProgramKey",
    "PromiseForecast",
    "PromiseRecord",
    "PublishedAnswer",
    "Question",
    "Rating",
    "ReadMark",
    "Recurrence",
    "Recusal",
    "ReferralTask",
    "Refusal",
    "RefusalReason",
    "RetentionReport",
    "RetentionRule",
    "Revision",
    "Ruling",
    "SavedFilter",
    "SearchBlock",
    "SentForm",
    "ShownFile",
    "SiteCase",
    "Solved",
    "SpokenWith",
    "StandardText",
    "SuggestionsDue",
    "TaskState",
    "TextSalt",
    "Thumbnail",
    "TopicAnswer",
    "TrackRecordCount",
    "UnsentForm",
    "Upload",
    "UploadPiece",
    "event_key",
]
