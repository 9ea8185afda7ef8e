"""How an agency stands: what can still be saved, its figures beside unnamed peers, topics, officers and objections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from accounts.roles import CMU, DESK
from agencies.models import Agency, Topic, current_calendar
from complaints.case_text.objection_causes import cause_name
from complaints.clocks.due_soon import soon_ends
from complaints.models import Case, Objection, ObjectionRuling
from complaints.track_record.forecast import ForecastCounts, forecast_counts, foretold
from complaints.visibility.identity import CaseVisibility
from complaints.workflow import OPEN, State
from kit.charts.data import ChartData, ChartRow
from kit.dates import month_text
from reports.access import opens_cases
from reports.dashboards.officers import OfficerLine, officer_lines
from reports.dashboards.peers import Peers, find_peers
from reports.dashboards.values import HasValues, ValueTile, percent, value_text, value_tile
from reports.drill import links
from reports.figures.measures import Figures
from reports.figures.reading import Reading, compared, read, read_together, series
from reports.figures.scopes import Dimension, Scope
from reports.figures.upheld_causes import upheld_causes
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
class AgencyPage:
    """Everything the page of an agency shows."""

    period: ReportPeriod
    as_of: datetime
    copy_note: str
    savable: Savable
    tiles: Sequence[ValueTile]
    peers: Peers | None
    topics: Sequence[TopicLine]
    months: ChartData
    officers: Sequence[OfficerLine]
    rulings: Sequence[Ruling]
    causes: Sequence[tuple[str, int]]


@read_together()
def agency_page(agency: Agency, period: ReportPeriod, user: User, *, at: datetime) -> AgencyPage:
    """Return the page of ``agency`` in ``period`` for ``user``; a constant number of statements."""
    scope = Scope(agencies=frozenset({agency.pk}))
    everybody = read(period, by=(Dimension.AGENCY,), at=at, measures=(*TILES, RECEIVED))
    own, peers = _row(everybody, agency), find_peers(agency.pk, _by_agency(everybody))
    before, year_before = (read(each, scope=scope, at=at, measures=TILES).total for each in compared(period))
    beside: dict[str, HasValues] = {gettext("peers"): peers} if peers else {}
    beside |= {gettext("before"): before, gettext("a year before"): year_before}
    return AgencyPage(
        period=period,
        as_of=everybody.as_of,
        copy_note=everybody.copy_note,
        savable=_savable(agency, user, at=at),
        tiles=[value_tile(name, own, period=period, scope=scope, beside=beside) for name in TILES],
        peers=peers,
        topics=_topics(agency, period, at=at),
        months=_months(agency, everybody, at=at),
        officers=officer_lines(agency, user, at=at),
        rulings=_rulings(agency, period, user, at=at) if opens_cases(user, at) else (),
        causes=upheld_causes(period, at=at, scope=scope),
    )


def _by_agency(reading: Reading) -> Mapping[int, Figures]:
    return {key: figures for (key,), figures in reading.rows.items() if isinstance(key, int)}


def _row(reading: Reading, agency: Agency) -> Figures:
    return reading.rows.get((agency.pk,), Figures())


# ---- what can still be saved ----


def _savable(agency: Agency, user: User, *, at: datetime) -> Savable:
    """Return which running promises of ``agency`` can still be kept; four statements."""
    running = Case.objects.filter(agency=agency, state__in=OPEN - {State.WAITING})
    found = running.aggregate(
        due=Count("pk", filter=Q(deadline_at__gte=at, deadline_at__lt=soon_ends(at, current_calendar()))),
        late=Count("pk", filter=Q(deadline_at__lt=at)),
    )
    authority = user.authority(at)
    opens = authority.has(CMU) or agency.pk in authority.agencies(DESK)
    hrefs = [f"{reverse('queue')}?{urlencode({'view': view, 'agency': agency.pk})}" for view in ("due", "late")]
    likely = foretold(Case.objects.filter(agency=agency)).count()
    forecast = forecast_counts({agency.pk})
    return Savable(
        found["due"], found["late"], likely, forecast, *((*hrefs, reverse("likely-missed")) if opens else ("", "", ""))
    )


# ---- topics and months ----


def _topics(agency: Agency, period: ReportPeriod, *, at: datetime) -> list[TopicLine]:
    scope = Scope(agencies=frozenset({agency.pk}))
    rows = read(period, by=(Dimension.TOPIC,), scope=scope, at=at, measures=("answered", TOPIC_DAYS)).rows
    answered = {key: figures for (key,), figures in rows.items() if isinstance(key, int) and figures.amount("answered")}
    most = sorted(answered, key=lambda key: -answered[key].amount("answered"))[:MOST_TOPICS]
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
        links.cases_url(TOPIC_DAYS, period, narrow),
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
    href = links.cases_url(ON_TIME, reading.period, Scope(agencies=frozenset({agency.pk})))
    return ChartRow(
        label=month_text(reading.period.first),
        values=tuple(None if value is None else float(value) for value in values),
        texts=tuple(value_text(ON_TIME, value) for value in values),
        hrefs=("" if values[0] is None else href, ""),
    )


# ---- objections ----


def _rulings(agency: Agency, period: ReportPeriod, user: User, *, at: datetime) -> list[Ruling]:
    """Return the newest accepted objections of the period with the unit's reasons, of cases ``user`` may see.

    Whatever tells who the citizen is is left out, whoever reads. Two statements.
    """
    accepted = Objection.objects.filter(
        case__agency=agency,
        case__erased_at=None,
        ruling=ObjectionRuling.UPHELD,
        ended_at__gte=period.starts_at,
        ended_at__lt=period.ends_at,
    )
    # First those of the month, which an index has, and only then which of them the reader may see: asked for in one
    # statement, the database begins with all cases the agency ever had.
    cases = list(accepted.order_by().values_list("case", flat=True))
    seen = accepted.filter(case__in=Case.objects.visible_to(user, at=at).filter(pk__in=cases))
    found = seen.select_related("case", "case__citizen").order_by("-ended_at", "-pk")[:MOST_RULINGS]
    return [
        Ruling(each.case, CaseVisibility(each.case, knows_person=False).redact(each.reasons), cause_name(each.cause))
        for each in found
    ]
