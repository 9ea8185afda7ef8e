"""The tables of reference data: agencies, topics, routing rules, places, the working calendar, and what changed."""

from agencies.models.base import Coded, Dated, Named, Reference, Shipped
from agencies.models.bodies import (
    SHORT_NAME_AR,
    SHORT_NAME_EN,
    Agency,
    AgencyKind,
    CentreMeaning,
    CentreState,
    Directorate,
    OutsideCentre,
    Sector,
)
from agencies.models.changes import ChangeKind, ReferenceChange
from agencies.models.everyday import PHRASE_LENGTH, DangerSign, TopicPhrases, WordGroup
from agencies.models.known_problems import PROBLEM_LENGTH, KnownProblem
from agencies.models.phrases import AnswerPhrase, PhraseCategory, PhraseLanguage
from agencies.models.places import City, CityLevel, Governorate
from agencies.models.sites import AgencySite, browser_origin
from agencies.models.successions import AgencySuccession
from agencies.models.topics import KINDS, Priority, QuestionKind, RoutingRule, Topic, TopicKind, TopicQuestion
from agencies.models.workdays import (
    Audience,
    CalendarChange,
    Holiday,
    HolidayStatus,
    Period,
    WorkingHours,
    current_calendar,
)

__all__ = [
    "KINDS",
    "PHRASE_LENGTH",
    "PROBLEM_LENGTH",
    "SHORT_NAME_AR",
    "SHORT_NAME_EN",
    "Agency",
    "AgencyKind",
    "AgencySite",
    "AgencySuccession",
    "AnswerPhrase",
    "Audience",
    "CalendarChange",
    "CentreMeaning",
    "CentreState",
    "ChangeKind",
    "City",
    "CityLevel",
    "Coded",
    "DangerSign",
    "Dated",
    "Directorate",
    "Governorate",
    "Holiday",
    "HolidayStatus",
    "KnownProblem",
    "Named",
    "OutsideCentre",
    "Period",
    "PhraseCategory",
    "PhraseLanguage",
    "Priority",
    "QuestionKind",
    "Reference",
    "ReferenceChange",
    "RoutingRule",
    "Sector",
    "Shipped",
    "Topic",
    "TopicKind",
    "TopicPhrases",
    "TopicQuestion",
    "WordGroup",
    "WorkingHours",
    "browser_origin",
    "current_calendar",
]
