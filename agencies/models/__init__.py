"""The tables of reference data: agencies, directorates, topics, routing rules, places, and the working calendar."""

from agencies.models.base import Coded, Dated, Named, Reference, Shipped
from agencies.models.bodies import (
    SHORT_NAME_AR,
    SHORT_NAME_EN,
    Agency,
    AgencyKind,
    Directorate,
    OutsideCentre,
    Sector,
)
from agencies.models.places import City, CityLevel, Governorate
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
    "SHORT_NAME_AR",
    "SHORT_NAME_EN",
    "Agency",
    "AgencyKind",
    "Audience",
    "CalendarChange",
    "City",
    "CityLevel",
    "Coded",
    "Dated",
    "Directorate",
    "Governorate",
    "Holiday",
    "HolidayStatus",
    "Named",
    "OutsideCentre",
    "Period",
    "Priority",
    "QuestionKind",
    "Reference",
    "RoutingRule",
    "Sector",
    "Shipped",
    "Topic",
    "TopicKind",
    "TopicQuestion",
    "WorkingHours",
    "current_calendar",
]
