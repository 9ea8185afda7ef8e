"""The query of a queue: its tab, sort order and filters, read from an address or from a saved filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, TextChoices
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from agencies.calendar import AMMAN
from agencies.models import Priority, Topic
from complaints.desk.queue.options import Option, QueueOptions
from complaints.desk.queue.tabs import Sort, StaffContext, Tab, sort_orders
from complaints.models import Case, CaseQuerySet, Channel, Label
from complaints.workflow import Kind, State
from kit.arabic import fold_digits
from kit.statements import ALWAYS, Condition, condition

#: The years in which a case can have been filed.
CENTURY = range(2000, 2100)
#: In place of an officer: nobody yet.
NOBODY = "none"


class Sensitivity(TextChoices):
    """What makes a case one to handle with care."""

    URGENT = "urgent", _("Urgent topic")
    HIGH = "high", _("High-priority topic")
    HIDDEN = "hidden", _("Identity hidden")
    SIGNATURE = "signature", _("Needs a second signature")


@dataclass(frozen=True)
class QueueFilter:
    """One filter of a queue: its name in an address, its heading, how it filters cases, and its choices."""

    name: str
    label: StrPromise
    apply: Callable[[CaseQuerySet, str, StaffContext], CaseQuerySet]
    #: None where a day is typed.
    choices: Callable[[QueueOptions], Sequence[Option]] | None


def _choices(choices: type[TextChoices]) -> Callable[[QueueOptions], Sequence[Option]]:
    return lambda _options: [Option(str(value), str(label)) for value, label in choices.choices]


def _listed(name: str) -> Callable[[QueueOptions], Sequence[Option]]:
    return lambda options: options.choices.get(name, ())


def _officers(options: QueueOptions) -> Sequence[Option]:
    found = options.choices.get("officer", ())
    return [Option(NOBODY, gettext("No officer yet")), *found] if found else []


def _by_topic(cases: CaseQuerySet, key: str, _staff: StaffContext) -> CaseQuerySet:
    return cases.filter(topic__in=Topic.objects.filter(Q(pk=key) | Q(parent=key)).values("pk"))


def _by_officer(cases: CaseQuerySet, key: str, _staff: StaffContext) -> CaseQuerySet:
    # While the unit sorts a case or rules on an objection, it is in no officer's hands: the figures count so too.
    with_agency = cases.exclude(state__in=(State.TRIAGE, State.OBJECTED))
    return with_agency.filter(officer__isnull=True) if key == NOBODY else with_agency.filter(officer=UUID(key))


def _by_sensitivity(cases: CaseQuerySet, key: str, _staff: StaffContext) -> CaseQuerySet:
    match key:
        case Sensitivity.HIDDEN:
            return cases.filter(hides_identity=True)
        case Sensitivity.SIGNATURE:
            return cases.filter(topic__in=Topic.objects.filter(second_signature=True).values("pk"))
    return cases.filter(topic__in=Topic.objects.filter(priority=Priority(key)).values("pk"))


def _by_label(cases: CaseQuerySet, name: str, staff: StaffContext) -> CaseQuerySet:
    return cases.filter(Exists(Label.objects.filter(case=OuterRef("pk"), agency__in=staff.sharing_agencies, name=name)))


def _field(name: str) -> Callable[[CaseQuerySet, str, StaffContext], CaseQuerySet]:
    return lambda cases, key, _staff: cases.filter(**{name: key})


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.min, AMMAN)


FILTERS: tuple[QueueFilter, ...] = (
    QueueFilter("agency", _("Agency"), _field("agency"), _listed("agency")),
    QueueFilter("topic", _("Topic"), _by_topic, _listed("topic")),
    QueueFilter("directorate", _("Directorate"), _field("directorate"), _listed("directorate")),
    QueueFilter("officer", _("Officer"), _by_officer, _officers),
    QueueFilter("place", _("Governorate"), _field("governorate"), _listed("place")),
    QueueFilter("kind", _("Kind"), _field("kind"), _choices(Kind)),
    QueueFilter("channel", _("Channel"), _field("channel"), _choices(Channel)),
    QueueFilter("care", _("Sensitivity"), _by_sensitivity, _choices(Sensitivity)),
    QueueFilter("label", _("Label"), _by_label, _listed("label")),
    QueueFilter("since", _("Filed from"), lambda cases, day, _staff: cases.filter(filed_at__gte=_midnight(day)), None),
    QueueFilter(
        "until",
        _("Filed until"),
        lambda cases, day, _staff: cases.filter(filed_at__lt=_midnight(day) + timedelta(days=1)),
        None,
    ),
)


@dataclass(frozen=True)
class QueueQuery:
    """A tab with its sort order and filters; ``dropped_filters`` labels the filters whose value no longer exists."""

    tab: Tab = Tab.OPEN
    sort: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    dropped_filters: Sequence[str] = ()

    def filter(self, cases: CaseQuerySet, staff: StaffContext) -> CaseQuerySet:
        """Apply every filter of the query to ``cases``."""
        for queue_filter in FILTERS:
            if queue_filter.name in self.filters:
                cases = queue_filter.apply(cases, self.filters[queue_filter.name], staff)
        return cases

    def condition(self, staff: StaffContext, prefix: str = "filter") -> Condition:
        """Return the filters of the query as a condition on ``complaints_case``, its values named by ``prefix``."""
        return condition(self.filter(Case.objects.all(), staff), prefix) if self.filters else ALWAYS

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters of an address or a saved filter; the default sort order is left out."""
        sort = {"sort": self.sort} if self.sort else {}
        return {"view": str(self.tab), **sort, **self.filters}

    @property
    def query_string(self) -> str:
        """Return the query string, with its question mark."""
        return f"?{urlencode(self.parameters)}"

    def without(self, name: str) -> QueueQuery:
        """Return the query without the filter ``name``; officers and directorates go with their agency."""
        gone = {name, "officer", "directorate"} if name == "agency" else {name}
        return replace(self, filters={key: value for key, value in self.filters.items() if key not in gone})


def read_query(asked: Mapping[str, str], options: QueueOptions) -> QueueQuery:
    """Return the query that the parameters ``asked`` describe, without the filters whose value no longer exists."""
    kept: dict[str, str] = {}
    dropped_filters: list[str] = []
    for queue_filter in FILTERS:
        typed = asked.get(queue_filter.name, "").strip()
        if not typed:
            continue
        value = _valid_value(queue_filter, typed, options)
        if value:
            kept[queue_filter.name] = value
        else:
            dropped_filters.append(str(queue_filter.label))
    tab = Tab(asked["view"]) if asked.get("view") in Tab else Tab.OPEN
    orders = sort_orders(tab)
    sort = Sort(asked["sort"]) if asked.get("sort") in Sort else next(iter(orders))
    usual = sort not in orders or sort == next(iter(orders))
    return QueueQuery(tab, "" if usual else str(sort), kept, dropped_filters)


def _valid_value(queue_filter: QueueFilter, typed: str, options: QueueOptions) -> str:
    """Return the value to filter by, empty where ``typed`` is none of the choices and no day."""
    if queue_filter.choices is not None:
        return typed if any(option.key == typed for option in queue_filter.choices(options)) else ""
    try:
        day = date.fromisoformat(fold_digits(typed))
    except ValueError:
        return ""
    return day.isoformat() if day.year in CENTURY else ""
