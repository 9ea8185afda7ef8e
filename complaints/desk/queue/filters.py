"""What of a queue somebody wants to see: read from an address or a saved filter, and what of it fell away."""

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
from agencies.models import Priority
from complaints.desk.queue.options import Option, Surroundings
from complaints.desk.queue.tabs import Seat, Sort, Tab, orders_of
from complaints.models import CaseQuerySet, Channel, Label
from complaints.workflow import Kind
from kit.arabic import fold_digits

#: The years in which a case can have been filed.
CENTURY = range(2000, 2100)
#: In place of an officer: nobody yet.
NOBODY = "none"


class Sensitivity(TextChoices):
    """What makes a case one to handle with care."""

    URGENT = "urgent", _("Urgent topic")
    HIGH = "high", _("Topic of high priority")
    HIDDEN = "hidden", _("Identity hidden")
    SIGNATURE = "signature", _("Needs a second signature")


@dataclass(frozen=True)
class Filter:
    """One way to narrow a queue: its heading, how it is typed, and what it keeps of the cases."""

    name: str
    label: StrPromise
    keep: Callable[[CaseQuerySet, str, Seat], CaseQuerySet]
    #: What can be chosen; None for a day.
    offer: Callable[[Surroundings], Sequence[Option]] | None


def _choices(choices: type[TextChoices]) -> Callable[[Surroundings], Sequence[Option]]:
    return lambda _around: [Option(str(value), str(label)) for value, label in choices.choices]


def _listed(what: str) -> Callable[[Surroundings], Sequence[Option]]:
    return lambda around: around.options.get(what, ())


def _officers(around: Surroundings) -> Sequence[Option]:
    found = around.options.get("officer", ())
    return [Option(NOBODY, gettext("Nobody yet")), *found] if found else []


def _by_topic(cases: CaseQuerySet, key: str, _seat: Seat) -> CaseQuerySet:
    return cases.filter(Q(topic=key) | Q(topic__parent=key))


def _by_officer(cases: CaseQuerySet, key: str, _seat: Seat) -> CaseQuerySet:
    return cases.filter(officer__isnull=True) if key == NOBODY else cases.filter(officer=UUID(key))


def _by_sensitivity(cases: CaseQuerySet, key: str, _seat: Seat) -> CaseQuerySet:
    match key:
        case Sensitivity.HIDDEN:
            return cases.filter(hides_identity=True)
        case Sensitivity.SIGNATURE:
            return cases.filter(topic__second_signature=True)
    return cases.filter(topic__priority=Priority(key))


def _by_label(cases: CaseQuerySet, name: str, seat: Seat) -> CaseQuerySet:
    return cases.filter(Exists(Label.objects.filter(case=OuterRef("pk"), agency__in=seat.home, name=name)))


def _field(name: str) -> Callable[[CaseQuerySet, str, Seat], CaseQuerySet]:
    return lambda cases, key, _seat: cases.filter(**{name: key})


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.min, AMMAN)


FILTERS: tuple[Filter, ...] = (
    Filter("agency", _("Agency"), _field("agency"), _listed("agency")),
    Filter("topic", _("Topic"), _by_topic, _listed("topic")),
    Filter("directorate", _("Directorate"), _field("directorate"), _listed("directorate")),
    Filter("officer", _("Officer"), _by_officer, _officers),
    Filter("place", _("Governorate"), _field("governorate"), _listed("place")),
    Filter("kind", _("Kind"), _field("kind"), _choices(Kind)),
    Filter("channel", _("Channel"), _field("channel"), _choices(Channel)),
    Filter("care", _("Sensitivity"), _by_sensitivity, _choices(Sensitivity)),
    Filter("label", _("Label"), _by_label, _listed("label")),
    Filter("since", _("Filed from"), lambda cases, day, _seat: cases.filter(filed_at__gte=_midnight(day)), None),
    Filter(
        "until",
        _("Filed until"),
        lambda cases, day, _seat: cases.filter(filed_at__lt=_midnight(day) + timedelta(days=1)),
        None,
    ),
)


@dataclass(frozen=True)
class Wanted:
    """A view with its order and filters; ``fallen`` names the parts that no longer exist and were left out."""

    tab: Tab = Tab.OPEN
    sort: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    fallen: Sequence[str] = ()

    def narrow(self, seat: Seat) -> Callable[[CaseQuerySet], CaseQuerySet]:
        """Return what the filters keep of some cases."""

        def keep(cases: CaseQuerySet) -> CaseQuerySet:
            for one in FILTERS:
                if one.name in self.filters:
                    cases = one.keep(cases, self.filters[one.name], seat)
            return cases

        return keep

    @property
    def query(self) -> dict[str, str]:
        """Return the view as an address or a saved filter holds it; what is usual is left out."""
        sort = {"sort": self.sort} if self.sort else {}
        return {"view": str(self.tab), **sort, **self.filters}

    @property
    def address(self) -> str:
        """Return the address of the view, below that of the queue."""
        return f"?{urlencode(self.query)}"

    def without(self, name: str) -> Wanted:
        """Return the view without one of its filters; officers and directorates go with the agency they are of."""
        gone = {name, "officer", "directorate"} if name == "agency" else {name}
        return replace(self, filters={key: value for key, value in self.filters.items() if key not in gone})


def read(asked: Mapping[str, str], around: Surroundings) -> Wanted:
    """Return the view that ``asked`` describes, as far as what it names still exists."""
    kept: dict[str, str] = {}
    fallen: list[str] = []
    for one in FILTERS:
        typed = asked.get(one.name, "").strip()
        if not typed:
            continue
        value = _known(one, typed, around)
        if value:
            kept[one.name] = value
        else:
            fallen.append(str(one.label))
    tab = Tab(asked["view"]) if asked.get("view") in Tab else Tab.OPEN
    orders = orders_of(tab)
    sort = Sort(asked["sort"]) if asked.get("sort") in Sort else next(iter(orders))
    usual = sort not in orders or sort == next(iter(orders))
    return Wanted(tab, "" if usual else str(sort), kept, fallen)


def _known(one: Filter, typed: str, around: Surroundings) -> str:
    if one.offer is not None:
        return typed if any(option.key == typed for option in one.offer(around)) else ""
    try:
        day = date.fromisoformat(fold_digits(typed))
    except ValueError:
        return ""
    return day.isoformat() if day.year in CENTURY else ""
