"""How an agency stands: what can still be saved, its figures beside unnamed peers, topics, officers and objections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from accounts.roles import CMU, DESK
from agencies.models import Agency, Topic, current_calendar
from complaints.case_text.answers import cause_name
from complaints.clocks.extensions import soon_ends
from complaints.models import Case, Objection
from complaints.permissions.readers import ANY_MOMENT, ReaderShape, reader_shape
from complaints.track_record.counting import ForecastCounts, forecast_counts, foretold
from complaints.visibility.redaction import CaseVisibility
from complaints.workflow import State
from kit.charts.data import ChartData, ChartRow
from kit.compiled_reads import CompiledRead, numbered
from kit.dates import month_text
from reports.access import opens_cases
from reports.dashboards.officers import OfficerLine, OpenCases, officer_lines, open_cases
from reports.dashboards.peers import Peers, find_peers
from reports.dashboards.values import HasValues, ValueTile, percent, value_text, value_tile
from reports.drill import lists
from reports.figures.measures import Figures
from reports.figures.reading import (
    Reading,
    accepted_objections,
    compared,
    read,
    read_together,
    series,
    with_predecessors,
)
from reports.figures.sums import Dimension, Scope
from reports.periods import ReportPeriod

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
