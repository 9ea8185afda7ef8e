"""How an agency stands: what can still be saved, its figures beside unnamed peers, topics, officers, objections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from accounts.roles import CMU, DESK, LADDER
from agencies.models import Agency, Topic, current_calendar
from complaints.case_text.answers import cause_name
from complaints.clocks.extensions import soon_ends
from complaints.models import Case, Objection
from complaints.permissions.readers import ANY_MOMENT, ReaderShape, reader_shape
from complaints.track_record.counting import ForecastCounts, forecast_counts, foretold
from complaints.visibility.redaction import CaseVisibility
from complaints.workflow import OPEN, WITH_AGENCY, State
from kit.arabic import fold
from kit.charts.data import ChartData, ChartRow
from kit.compiled_reads import CompiledRead, numbered
from kit.dates import month_text
from reports.access import opens_cases
from reports.dashboards.values import HasValues, ValueTile, percent, value_text, value_tile
from reports.drill import lists
from reports.figures.measures import MEASURES, NAMES, Figures, Value
from reports.figures.reading import (
    Reading,
    accepted_objections,
    compared,
    read,
    read_together,
    series,
    with_predecessors,
)
from reports.figures.sums import SMALLEST, Dimension, Scope
from reports.periods import ReportPeriod

# ---- What the officers of an agency hold now and how much of it is late; officers read their own line only. ----


@dataclass(frozen=True)
class OfficerLine:
    """One officer: what they hold, what of it is late, the oldest deadline missed, and where these cases are."""

    name: str
    holds: int
    late: int
    oldest: datetime | None
    holds_href: str
    late_href: str


class OpenCases(NamedTuple):
    """How many open cases of an officer have a state, how many of them fall due soon, are late, and since when."""

    officer: UUID | None
    state: str
    holds: int
    due: int
    late: int
    oldest: datetime | None


def open_cases(agency: Agency, *, at: datetime, soon: datetime) -> Sequence[OpenCases]:
    """Return the open cases of ``agency`` by officer and state; due are those before ``soon``. One statement."""
    # By the index of the agency, whoever reads: that of an officer has all cases that were ever theirs.
    return [OpenCases(*row) for row in _OPEN_CASES.rows(agency=agency.pk, at=at, soon=soon)]


def _open_cases(_shape: None, *, agency: int, at: datetime, soon: datetime) -> QuerySet[Case, Any]:
    is_late = Q(deadline_at__lt=at)
    by = Case.objects.filter(agency=agency, state__in=OPEN).order_by().values_list("officer", "state")
    return by.annotate(
        holds=Count("pk"),
        due=Count("pk", filter=Q(deadline_at__gte=at, deadline_at__lt=soon)),
        late=Count("pk", filter=is_late),
        oldest=Min("deadline_at", filter=is_late),
    )


_OPEN_CASES: Final = CompiledRead(_open_cases, is_prepared=True)


def officer_lines(agency: Agency, cases: Iterable[OpenCases], user: User, *, at: datetime) -> list[OfficerLine]:
    """Return the officers that hold ``cases`` and that ``user`` may read about, most late first; one statement.

    The unit and the ladder read about all; an officer about themselves. What waits for the citizen is not late.
    """
    reads_all = user.authority(at).at(agency.pk).has(set(LADDER)) or user.authority(at).has(CMU)
    held: dict[UUID | None, list[OpenCases]] = defaultdict(list)
    for row in cases:
        if row.state in WITH_AGENCY and (reads_all or row.officer == user.pk):
            held[row.officer].append(row)
    keys = numbered("officer", [officer for officer in held if officer])
    people = {person.pk: person.name for person in (_PEOPLE.rows(**keys) if keys else ())}
    opens = user.authority(at).has(CMU) or agency.pk in user.authority(at).agencies(DESK)
    lines = []
    for officer, rows in held.items():
        running = [row for row in rows if row.state != State.WAITING]
        lines.append(
            OfficerLine(
                people[officer] if officer in people else gettext("No officer yet"),
                sum(row.holds for row in rows),
                sum(row.late for row in running),
                min((row.oldest for row in running if row.oldest), default=None),
                _queue("open", agency, officer) if opens else "",
                _queue("late", agency, officer) if opens else "",
            )
        )
    return sorted(lines, key=lambda line: (-line.late, -line.holds, line.name))


def _people(_shape: None, **keys: UUID) -> QuerySet[User]:
    return User.objects.filter(pk__in=keys.values()).only("name_ar", "name_en", "login")


_PEOPLE: Final = CompiledRead(_people, is_prepared=True)


def _queue(view: str, agency: Agency, officer: object) -> str:
    parameters = {"view": view, "agency": agency.pk, "officer": officer or "none"}
    return f"{reverse('queue')}?{urlencode(parameters)}"


# ---- The peer group of an agency: those that got about as many cases, added up so that none of them is named
# or known.


#: The peers are at most so many, the nearest by cases received; fewer than the least say nothing, lest one be known.
MOST_PEERS: Final = 9
LEAST_PEERS: Final = 5


_PLACES: Final = Decimal("0.1")


@dataclass(frozen=True)
class Peers:
    """How many agencies the group has, and what they add up to."""

    number: int
    figures: Figures

    def value(self, measure: str) -> Value:
        """Return the value of a measure for the group: a count for one agency on average, the rest for all of them.

        None where so few cases are behind it that it could point at somebody.
        """
        if 0 < self.figures.base(measure) < SMALLEST:
            return None
        value = self.figures.value(measure)
        if value is None or MEASURES[measure].unit != "count":
            return value
        return (Decimal(value) / self.number).quantize(_PLACES)


def find_peers(agency: int, by_agency: Mapping[int, Figures]) -> Peers | None:
    """Return the peers of ``agency`` among those that got cases, None if they are too few to be shown."""
    own = by_agency.get(agency, Figures()).amount("received")
    others = {key: figures for key, figures in by_agency.items() if key != agency and figures.amount("received")}
    nearest = sorted(others, key=lambda key: (abs(others[key].amount("received") - own), key))[:MOST_PEERS]
    if len(nearest) < LEAST_PEERS:
        return None
    return Peers(len(nearest), Figures.together(others[key] for key in nearest))


TILES = (
    "answered_on_time",
    "days_to_answer_median",
    "days_to_answer_p90",
    "decided_on_time",
    "confirmed_gap",
    "objections",
    "objections_upheld",
    "bounces",
)
#: What tells the peers of an agency.
RECEIVED = "received"
#: Topics are listed by how many answers they had; the page of all figures has the rest.
MOST_TOPICS = 10
MONTHS = 6
#: The measure of the topics, and that of the months.
TOPIC_DAYS = "days_to_answer_median"
ON_TIME = "answered_on_time"
#: Accepted objections whose reasons are shown, the newest.
MOST_RULINGS = 5
#: Of so many at a time it is asked whether the reader may see them, so many times: nearly all may see all.
LOOKED_AT, MOST_LOTS = 8, 5


@dataclass(frozen=True)
class Savable:
    """The promises that fall due soon, those already missed, and those that a forecast says will be missed.

    The addresses are empty for readers who have no queue.
    """

    due: int
    late: int
    likely: int
    forecast: ForecastCounts
    due_href: str
    late_href: str
    likely_href: str


@dataclass(frozen=True)
class TopicLine:
    """A topic: the days in which half of the answers were given, beside those that the topic promises."""

    name: str
    days: int
    promised: int
    answers: int
    href: str

    @property
    def is_over(self) -> bool:
        """Tell whether half of the answers took longer than promised."""
        return self.days > self.promised


@dataclass(frozen=True)
class Ruling:
    """An objection that was accepted: its case, and why, as it is counted and in the words of the unit."""

    case: Case
    reasons: str
    cause: str = ""


@dataclass(frozen=True)
class AgencyFigures:
    """What the page of an agency shows of kept figures, the same for all who read it."""

    period: ReportPeriod
    tiles: Sequence[ValueTile]
    peers: Peers | None
    topics: Sequence[TopicLine]
    months: ChartData


@dataclass(frozen=True)
class AgencyWork:
    """What the page of an agency shows as it is now, or of what a reader may see."""

    savable: Savable
    officers: Sequence[OfficerLine]
    rulings: Sequence[Ruling]


@read_together()
def agency_figures(agency: Agency, period: ReportPeriod, *, at: datetime) -> AgencyFigures:
    """Return the figures of ``agency`` in ``period``; a constant number of statements."""
    scope = Scope(agencies=frozenset({agency.pk}))
    everybody = read(period, by=(Dimension.AGENCY,), at=at, measures=(*TILES, RECEIVED))
    own, peers = _row(everybody, agency), find_peers(agency.pk, _by_agency(everybody))
    before, year_before = (read(each, scope=scope, at=at, measures=TILES).total for each in compared(period))
    beside: dict[str, HasValues] = {gettext("peers"): peers} if peers else {}
    beside |= {gettext("before"): before, gettext("a year before"): year_before}
    return AgencyFigures(
        period=period,
        tiles=[value_tile(name, own, period=period, scope=scope, beside=beside) for name in TILES],
        peers=peers,
        topics=_topics(agency, period, at=at),
        months=_months(agency, everybody, at=at),
    )


@read_together()
def agency_work(agency: Agency, period: ReportPeriod, user: User, *, at: datetime) -> AgencyWork:
    """Return what ``user`` reads of ``agency`` beside its figures; a constant number of statements."""
    cases = open_cases(agency, at=at, soon=soon_ends(at, current_calendar()))
    return AgencyWork(
        savable=_savable(agency, cases, user, at=at),
        officers=officer_lines(agency, cases, user, at=at),
        rulings=_rulings(agency, period, user, at=at) if opens_cases(user, at) else (),
    )


def _by_agency(reading: Reading) -> Mapping[int, Figures]:
    return {key: figures for (key,), figures in reading.rows.items() if isinstance(key, int)}


def _row(reading: Reading, agency: Agency) -> Figures:
    return reading.rows.get((agency.pk,), Figures())


# ---- what can still be saved ----


def _savable(agency: Agency, cases: Iterable[OpenCases], user: User, *, at: datetime) -> Savable:
    """Return which running promises among ``cases`` of ``agency`` can still be kept; two statements."""
    running = [row for row in cases if row.state != State.WAITING]
    due, late = sum(row.due for row in running), sum(row.late for row in running)
    authority = user.authority(at)
    opens = authority.has(CMU) or agency.pk in authority.agencies(DESK)
    hrefs = [f"{reverse('queue')}?{urlencode({'view': view, 'agency': agency.pk})}" for view in ("due", "late")]
    likely = _LIKELY.first(agency=agency.pk) or 0
    forecast = forecast_counts({agency.pk})
    return Savable(due, late, likely, forecast, *((*hrefs, reverse("likely-missed")) if opens else ("", "", "")))


def _likely(_shape: None, *, agency: int) -> QuerySet[Case, Any]:
    """Return how many promises of an agency will likely be missed; no row without any."""
    running = foretold(Case.objects.filter(agency=agency)).order_by().values("agency")
    return running.annotate(number=Count("pk")).values_list("number", flat=True)


_LIKELY: Final = CompiledRead(_likely, is_prepared=True)


# ---- topics and months ----


def _topics(agency: Agency, period: ReportPeriod, *, at: datetime) -> list[TopicLine]:
    scope = Scope(agencies=frozenset({agency.pk}))
    rows = read(period, by=(Dimension.TOPIC,), scope=scope, at=at, measures=("answered", TOPIC_DAYS)).rows
    answered = {key: figures for (key,), figures in rows.items() if isinstance(key, int) and figures.amount("answered")}
    most = sorted(answered, key=lambda key: (-answered[key].amount("answered"), key))[:MOST_TOPICS]
    topics = Topic.objects.in_bulk(most)
    return [_topic(topics[key], answered[key], scope, period) for key in most if key in topics]


def _topic(topic: Topic, figures: Figures, scope: Scope, period: ReportPeriod) -> TopicLine:
    narrow = Scope(agencies=scope.agencies, topics=frozenset({topic.pk}))
    days = figures.value(TOPIC_DAYS)
    return TopicLine(
        topic.name,
        int(days or 0),
        topic.limit_days,
        figures.amount("answered"),
        lists.cases_url(TOPIC_DAYS, period, narrow),
    )


def _months(agency: Agency, last: Reading, *, at: datetime) -> ChartData:
    """Return the share answered on time in the last months up to ``last``, with the peers of each month."""
    before, measures = compared(last.period)[0], (ON_TIME, RECEIVED)
    earlier = series(before, months=MONTHS - 1, by=(Dimension.AGENCY,), at=at, measures=measures)
    readings = (*earlier, last)
    columns = (gettext("Month"), gettext("This agency"), gettext("Peers"))
    return ChartData(columns, tuple(_month(reading, agency) for reading in readings), write=percent, highest=1)


def _month(reading: Reading, agency: Agency) -> ChartRow:
    own, peers = _row(reading, agency), find_peers(agency.pk, _by_agency(reading))
    values = [own.value(ON_TIME), peers.value(ON_TIME) if peers else None]
    href = lists.cases_url(ON_TIME, reading.period, Scope(agencies=frozenset({agency.pk})))
    return ChartRow(
        label=month_text(reading.period.first),
        values=tuple(None if value is None else float(value) for value in values),
        texts=tuple(value_text(ON_TIME, value) for value in values),
        hrefs=("" if values[0] is None else href, ""),
    )


# ---- objections ----


def _rulings(agency: Agency, period: ReportPeriod, user: User, *, at: datetime) -> list[Ruling]:
    """Return the newest accepted objections of the period with the unit's reasons, of cases ``user`` may see.

    Whatever tells who the citizen is is left out, whoever reads. Three statements, unless the newest are hidden.
    """
    own = numbered("own", sorted(with_predecessors(Scope(agencies=frozenset({agency.pk})), at)))
    values = {"agency": agency.pk, "start": period.starts_at, "end": min(period.ends_at, at), **own}
    shape, reader = reader_shape(user, at=at)
    found: list[Objection] = []
    # First the newest by the index of their events, and only then which of them the reader may see: asked for in one
    # statement, the database begins with all cases the agency ever had.
    for number in range(MOST_LOTS):
        lot = _NEWEST.rows(number, **values)
        found += _SEEN.rows(shape, **reader, **numbered("key", lot)) if lot else ()
        if len(lot) < LOOKED_AT or len(found) >= MOST_RULINGS:
            break
    return [_ruling(each) for each in found[:MOST_RULINGS]]


def _newest(number: int, *, agency: int, start: datetime, end: datetime, **own: int) -> QuerySet[Objection, int]:
    """Return the keys of a lot of accepted objections, the newest first."""
    accepted = accepted_objections(start, end, list(own.values())).filter(case__agency=agency, case__erased_at=None)
    newest = accepted.order_by("-ruling_event__at", "-pk").values_list("pk", flat=True)
    return newest[number * LOOKED_AT : (number + 1) * LOOKED_AT]


_NEWEST: Final = CompiledRead(_newest, is_prepared=True)


def _seen(shape: ReaderShape, **values: Any) -> QuerySet[Objection]:
    """Return those objections whose cases the reader may see, with cases and citizens, the newest first."""
    visible = Case.objects.visible_to(cast("User", shape.reader(values)), at=ANY_MOMENT).order_by()
    keys = [value for name, value in values.items() if name.startswith("key_")]
    found = Objection.objects.filter(pk__in=keys, case__in=visible).select_related("case", "case__citizen")
    return found.defer("case__folded", "case__search_vector").order_by("-ended_at", "-pk")


_SEEN: Final = CompiledRead(_seen, is_prepared=True)


def _ruling(objection: Objection) -> Ruling:
    case = objection.case
    reasons = CaseVisibility(case, knows_person=False).redact(objection.reasons)
    return Ruling(case, reasons, cause_name(objection.cause))


# ---- Agencies side by side: what each got in a month, what is late, and how much it answered on time. ----


#: The measures of a line.
SHOWN: Final = ("received", "late", "answered_on_time")


@dataclass(frozen=True)
class AgencyLine:
    """An agency: what it got, what is late, how much was answered on time, and its own page."""

    name: str
    href: str
    received: int
    received_href: str
    late: int
    late_href: str
    on_time: str
    on_time_href: str


@dataclass(frozen=True)
class AgenciesPage:
    """All agencies: those with cases in a month as lines, and the others by name."""

    lines: Sequence[AgencyLine]
    others: Sequence[Agency]


def agencies_page(agencies: Sequence[Agency], period: ReportPeriod, *, at: datetime) -> AgenciesPage:
    """Return how ``agencies`` stand in ``period``; a constant number of statements."""
    # Any amount tells that an agency had cases, working days tell nothing more.
    reading = read(period, by=(Dimension.AGENCY,), at=at, measures=NAMES)
    wanted = {agency.pk for agency in agencies}
    rows = {key: figures for (key,), figures in reading.rows.items() if isinstance(key, int) and key in wanted}
    others = [agency for agency in agencies if not rows.get(agency.pk)]
    return AgenciesPage(agency_lines(rows, period), others)


def agency_lines(rows: Mapping[int, Figures], period: ReportPeriod, most: int | None = None) -> list[AgencyLine]:
    """Return a line for each agency with figures, ``most`` at most, those with most late cases first; one statement."""
    agencies = Agency.objects.in_bulk([key for key, figures in rows.items() if figures])
    shown = sorted(
        agencies, key=lambda key: (-rows[key].amount("late"), -rows[key].amount("received"), fold(agencies[key].name))
    )
    return [_line(agencies[key], rows[key], period) for key in shown[:most]]


def _line(agency: Agency, figures: Figures, period: ReportPeriod) -> AgencyLine:
    on_time = figures.value("answered_on_time")
    addresses = lists.cases_urls(SHOWN, period, Scope(agencies=frozenset({agency.pk})))
    return AgencyLine(
        name=agency.name,
        href=reverse("agency-dashboard", args=[agency.code]),
        received=figures.amount("received"),
        received_href=addresses["received"],
        late=figures.amount("late"),
        late_href=addresses["late"],
        on_time=value_text("answered_on_time", on_time),
        on_time_href=addresses["answered_on_time"] if on_time is not None else "",
    )
