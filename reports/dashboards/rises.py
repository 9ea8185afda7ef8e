"""Sudden rises and quiet agencies: counts that chance alone does not explain, and what is known of each.

The model is the plainest that knows how little eight weeks say. Cases come independently of one another (Poisson) at a
rate that nobody knows; the earlier spans make every rate more or less likely (a gamma distribution, from Jeffreys'
prior). What the next span then brings follows a negative binomial distribution with ``r`` = earlier cases + 1/2 and
``p`` = n / (n + 1) for ``n`` earlier spans. It is wider than a Poisson distribution around the mean, and the wider the
less has been seen.

Cases often come in swarms, so that counts swing more than chance makes them. How much is said by the ratio of the
variance of counts to their mean, the ``swing``: 1 where cases are independent. All numbers are divided by it before
they are compared.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from agencies.calendar import AMMAN
from agencies.models import Agency
from complaints.models import Case, CaseLink, CaseQuerySet, LinkKind, Refusal
from complaints.workflow import Kind, State
from kit.arabic import fold
from reports.models import PhenomenonCase
from reports.phenomena.actions import LIVE

#: Terms of a tail smaller than this part of their sum change nothing that is shown.
_NEGLIGIBLE: Final = 1e-9
#: What is usual elsewhere counts as much as so many further spans.
USUAL_WEIGHT: Final = 16


def at_least(count: int, earlier: Sequence[int], *, swing: float = 1.0) -> float:
    """Return the probability of ``count`` or more after the counts of ``earlier`` spans, of which there are some."""
    shape, spans = sum(earlier) / swing + 0.5, len(earlier)
    first = math.floor(count / swing)
    return min(1.0, _sum_up(_terms(first, shape, spans))) if first > 0 else 1.0


def at_most(count: int, earlier: Sequence[int], *, swing: float = 1.0) -> float:
    """Return the probability of ``count`` or less after the counts of ``earlier`` spans, of which there are some."""
    shape, spans = sum(earlier) / swing + 0.5, len(earlier)
    return min(1.0, sum(_probability(each, shape, spans) for each in range(math.ceil(count / swing) + 1)))


def ratio(counts: Sequence[int]) -> float:
    """Return the variance of ``counts`` divided by their mean; their sum is not 0 and there are several."""
    mean = sum(counts) / len(counts)
    return sum((each - mean) ** 2 for each in counts) / (len(counts) - 1) / mean


def usual_swing(many: Iterable[Sequence[int]]) -> float:
    """Return the median ratio of many series of counts, of those with one case a span or more; at least 1."""
    found = [ratio(counts) for counts in many if sum(counts) >= len(counts)]
    return max(1.0, statistics.median(found)) if found else 1.0


def swing(earlier: Sequence[int], *, usual: float) -> float:
    """Return the swing of one series: its own ratio, which few spans show badly, drawn toward the ``usual`` one."""
    if not any(earlier):
        return usual
    known = len(earlier) - 1
    return max(1.0, (known * ratio(earlier) + USUAL_WEIGHT * usual) / (known + USUAL_WEIGHT))


def _terms(first: int, shape: float, spans: int) -> Iterator[float]:
    """Yield the probabilities of ``first``, of the next number, and so on: each from the one before."""
    term, number = _probability(first, shape, spans), first
    while True:
        yield term
        term *= (number + shape) / (number + 1) / (spans + 1)
        number += 1


def _probability(number: int, shape: float, spans: int) -> float:
    ways = math.lgamma(number + shape) - math.lgamma(shape) - math.lgamma(number + 1)
    return math.exp(ways + shape * math.log(spans / (spans + 1)) - number * math.log(spans + 1))


def _sum_up(terms: Iterator[float]) -> float:
    """Return the sum of a tail, whose terms rise to a maximum and then fall."""
    total = before = 0.0
    for term in terms:
        total += term
        if term < before and term < total * _NEGLIGIBLE:
            break
        before = term
    return total


# ---- Quiet agencies: suspiciously few cases, and a second sign that the reason may be a closed door. ----
#
# The cases that an agency got in the last ``SPAN`` days are few if they are at most half of what is usual, and chance
# alone gives so few with a probability below ``FALSE_ALARMS`` divided by the number of agencies. Usual is the
# agency's own past, the ``SPANS_BEFORE`` spans before; or, with ``LEAST_PEERS`` agencies of its legal form or more,
# the least that the middle half of these got.
#
# Few cases may also mean content people. An agency is listed only if something else is known of it (``Signs``).


SPAN: Final = timedelta(days=90)
SPANS_BEFORE: Final = 3
FALSE_ALARMS: Final = 0.05
LEAST_PEERS: Final = 5
#: Refusals, or cases that others say belong here, from which on they are a sign.
LEAST_REFUSALS: Final = 2
#: Without a sign-in of any officer for so long nobody looks.
SILENT_AFTER: Final = timedelta(days=30)
#: The most agencies that are listed, the least likely first.
MOST: Final = 10

# One index range for each agency. A case counts for the agency that has it now.
_RECEIVED: Final = """
SELECT agency_id, width_bucket(extract(epoch FROM %(at)s - filed_at), 0, %(spans)s * %(span)s, %(spans)s) - 1, count(*)
FROM complaints_case
WHERE agency_id = ANY(%(agencies)s) AND filed_at > %(since)s AND filed_at <= %(at)s
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Signs:
    """What else is known of an agency: the second sign beside few cases."""

    refused: int = 0
    filed_elsewhere: int = 0
    officers: int = 1
    seen_at: datetime | None = None

    def speak(self, *, at: datetime) -> bool:
        """Tell whether any of them is a sign."""
        is_silent = self.seen_at is None or self.seen_at < at - SILENT_AFTER
        return not self.officers or is_silent or max(self.refused, self.filed_elsewhere) >= LEAST_REFUSALS


@dataclass(frozen=True)
class QuietAgency:
    """An agency with ``count`` cases in the last span, after ``earlier``, the oldest first.

    ``peers`` are the quartiles of the agencies of its form, where they are enough.
    """

    agency: int
    count: int
    earlier: tuple[int, ...]
    peers: tuple[int, int] | None
    signs: Signs
    chance: float


def received(agencies: Sequence[int], *, at: datetime) -> dict[int, list[int]]:
    """Return how many cases each agency got in each span, the oldest first and the last span last; one statement."""
    spans = SPANS_BEFORE + 1
    found = {agency: [0] * spans for agency in agencies}
    parameters: dict[str, Any] = {"at": at, "span": SPAN.total_seconds(), "spans": spans, "since": at - spans * SPAN}
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED, parameters | {"agencies": list(agencies)})
        for agency, ago, number in cursor.fetchall():
            found[agency][spans - 1 - int(ago)] = number
    return found


def signs(*, at: datetime) -> dict[int, Signs]:
    """Return the signs of every agency that has any trace; three statements."""
    on, lately = timezone.localdate(at), Refusal.objects.standing().filter(at__gt=at - SPAN, at__lte=at).order_by()
    refused = dict(lately.values_list("agency").annotate(number=Count("pk")))
    elsewhere = dict(lately.values_list("proposed_agency").annotate(number=Count("pk")))
    officers = Membership.objects.active(on).filter(role=Role.OFFICER, user__is_active=True).order_by()
    seats = {
        agency: (number, seen_at)
        for agency, number, seen_at in officers.values_list("agency").annotate(
            number=Count("user"), seen_at=Max(F("user__last_login"), filter=Q(user__last_login__lte=at))
        )
    }
    return {
        agency: Signs(refused.get(agency, 0), elsewhere.get(agency, 0), *seats.get(agency, (0, None)))
        for agency in {*refused, *elsewhere, *seats}
    }


def quiet_agencies(*, at: datetime) -> list[QuietAgency]:
    """Return the quiet agencies, the least likely first; ``MOST`` at most. Five statements."""
    on = timezone.localdate(at)
    agencies = Agency.objects.complainable(on=on).order_by("pk")
    settled = agencies.filter(Q(starts_on=None) | Q(starts_on__lte=on - (SPANS_BEFORE + 1) * SPAN))
    kinds = dict(settled.values_list("pk", "kind"))
    return judge(received(list(kinds), at=at), kinds, signs(at=at), at=at)


def judge(
    counts: Mapping[int, Sequence[int]], kinds: Mapping[int, str], known: Mapping[int, Signs], *, at: datetime
) -> list[QuietAgency]:
    """Return which agencies are quiet, by their ``counts`` by span, legal forms and signs; pure."""
    limit = FALSE_ALARMS / max(1, len(counts))
    usual = usual_swing(each[:-1] for each in counts.values())
    found = []
    for agency, (*earlier, count) in counts.items():
        peers = _quartiles([counts[each][-1] for each in counts if each != agency and kinds[each] == kinds[agency]])
        probability = _probability_of_quiet(count, earlier, peers, usual=usual)
        told = known.get(agency, Signs(officers=0))
        if probability < limit and told.speak(at=at):
            found.append(QuietAgency(agency, count, tuple(earlier), peers, told, probability))
    return sorted(found, key=lambda each: (each.chance, each.agency))[:MOST]


def _quartiles(counts: Sequence[int]) -> tuple[int, int] | None:
    if len(counts) < LEAST_PEERS:
        return None
    low, _middle, high = statistics.quantiles(counts, n=4)
    return int(low), int(high)


def _probability_of_quiet(count: int, earlier: Sequence[int], peers: tuple[int, int] | None, *, usual: float) -> float:
    """Return how likely so few cases are by chance: after the own past, or for the least of the peers' middle half."""
    found = [1.0]
    if count * 2 * len(earlier) <= sum(earlier):
        found.append(at_most(count, earlier, swing=swing(earlier, usual=usual)))
    if peers and count * 2 <= peers[0]:
        found.append(at_most(count, [peers[0]], swing=usual))
    return min(found)


# ---- Sudden rises: where far more complaints of one topic, agency and governorate came in a week than in the
# weeks before.
#
# A cell is an agency, a topic and a governorate. Its last seven days are compared with the eight weeks before
# (``chance.at_least``). A rise is a count
#
# - of at least ``LEAST`` complaints, and at least ``FACTOR`` times the weekly mean before, which both a reader
# expects; - that chance alone gives with a probability below ``FALSE_ALARMS`` divided by the number of cells that
# were looked at (Bonferroni): by chance alone a rise anywhere shows in about one week of twenty.
#
# How much counts swing from week to week without a cause is measured in all cells and in the cell itself.
#
# The function that decides is pure; ``daily_counts`` is its only statement.


WEEK: Final = 7
WEEKS_BEFORE: Final = 8
#: Days that are looked at: the week that is judged and the weeks before.
DAYS: Final = WEEK * (WEEKS_BEFORE + 1)
LEAST: Final = 5
FACTOR: Final = 2

#: The most rises that are listed, the least likely first.


class Cell(NamedTuple):
    """An agency, a topic and a governorate, by their keys; a case may lack the last two."""

    agency: int
    topic: int | None
    governorate: int | None


@dataclass(frozen=True)
class Rise:
    """A week of ``count`` complaints in ``cell`` after the weekly counts ``earlier``, the oldest first.

    Half of the complaints came on ``since`` or later. ``chance`` is the probability of so many by chance alone.
    """

    cell: Cell
    count: int
    earlier: tuple[int, ...]
    since: date
    chance: float


type DailyCounts = Mapping[Cell, Mapping[date, int]]


def daily_counts(*, at: datetime) -> DailyCounts:
    """Return the complaints of the last ``DAYS`` by cell and day of filing; one statement.

    A case counts for the agency that has it now, so that the work of a merged agency is compared with its own past.
    """
    since = timezone.localdate(at, AMMAN) - timedelta(days=DAYS - 1)
    # An index holds the cases of an agency by the day of filing; the oldest cases are not read.
    filed = Case.objects.filter(agency__in=list(Agency.objects.values_list("pk", flat=True)), kind=Kind.COMPLAINT)
    rows = (
        filed.filter(filed_at__gte=_midnight(since), filed_at__lte=at)
        .order_by()
        .values("agency", "topic", "governorate", day=TruncDate("filed_at", tzinfo=AMMAN))
        .annotate(number=Count("pk"))
        .values_list("agency", "topic", "governorate", "day", "number")
    )
    found: dict[Cell, dict[date, int]] = defaultdict(dict)
    for agency, topic, governorate, day, number in rows:
        found[Cell(agency, topic, governorate)][day] = number
    return found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=AMMAN)


def rises(counts: DailyCounts, *, today: date) -> list[Rise]:
    """Return the rises of the seven days that end ``today``, the least likely by chance first; ``MOST`` at most."""
    limit = FALSE_ALARMS / max(1, len(counts))
    weeks = {cell: weekly(days, today=today) for cell, days in counts.items()}
    usual = usual_swing(each[:-1] for each in weeks.values())
    found = (_rise(cell, weeks[cell], days, limit, usual=usual) for cell, days in counts.items())
    return sorted((rise for rise in found if rise), key=_least_likely_first)[:MOST]


def _least_likely_first(rise: Rise) -> tuple[float, int, int, int, int]:
    agency, topic, governorate = rise.cell
    return rise.chance, -rise.count, agency, topic or 0, governorate or 0


def _rise(cell: Cell, weeks: Sequence[int], days: Mapping[date, int], limit: float, *, usual: float) -> Rise | None:
    *earlier, count = weeks
    if count < max(LEAST, FACTOR * sum(earlier) / len(earlier)):
        return None
    probability = at_least(count, earlier, swing=swing(earlier, usual=usual))
    return Rise(cell, count, tuple(earlier), _half_since(days, count), probability) if probability < limit else None


def weekly(days: Mapping[date, int], *, today: date) -> Sequence[int]:
    """Return the counts of the weeks that end ``today``, the oldest first."""
    weeks = [0] * (WEEKS_BEFORE + 1)
    for day, number in days.items():
        weeks[WEEKS_BEFORE - (today - day).days // WEEK] += number
    return weeks


def _half_since(days: Mapping[date, int], count: int) -> date:
    """Return the latest day such that it and the days after it have half of the ``count`` complaints of the week."""
    seen = 0
    for day in sorted(days, reverse=True):
        seen += days[day]
        if seen * 2 >= count:
            return day
    return min(days)


# ---- What is known of a sudden rise: the place that its cases name, how many are joined, and how many are
# closed.


#: A place is named if so many cases have it, which are too many to tell of one person; and a third of them.
LEAST_NAMED: Final = 5
PART_NAMED: Final = 3


@dataclass(frozen=True)
class RiseFacts:
    """The ``area`` that ``named`` cases have, and how many cases are joined as one problem, or closed.

    ``phenomenon`` is the key of the phenomenon that most of the cases show, with its name; 0 if none does.
    """

    area: str = ""
    named: int = 0
    joined: int = 0
    closed: int = 0
    phenomenon: int = 0
    phenomenon_name: str = ""


def rise_cases(rise: Rise, *, at: datetime) -> CaseQuerySet:
    """Return the complaints of the week of ``rise``, which ends with the day of ``at``."""
    today = at.astimezone(AMMAN).replace(hour=0, minute=0, second=0, microsecond=0)
    cell = rise.cell
    return Case.objects.filter(
        agency=cell.agency,
        topic=cell.topic,
        governorate=cell.governorate,
        kind=Kind.COMPLAINT,
        filed_at__gte=today - timedelta(days=WEEK - 1),
        filed_at__lte=at,
    ).order_by()


def rise_facts(rise: Rise, *, at: datetime) -> RiseFacts:
    """Return what is known of the cases of ``rise``; two statements."""
    links = CaseLink.objects.filter(kind=LinkKind.SAME_PROBLEM, ended_at__isnull=True)
    joined = Exists(links.filter(Q(case=OuterRef("pk")) | Q(lead=OuterRef("pk"))))
    rows = list(rise_cases(rise, at=at).annotate(joined=joined).order_by("pk").values_list("area", "state", "joined"))
    areas = Counter(fold(area) for area, _state, _joined in rows if area.strip())
    place, named = areas.most_common(1)[0] if areas else ("", 0)
    phenomenon, name = _phenomenon(rise, at=at)
    is_named = named >= max(LEAST_NAMED, len(rows) / PART_NAMED)
    return RiseFacts(
        area=next(area.strip() for area, _state, _joined in rows if fold(area) == place) if is_named else "",
        named=named if is_named else 0,
        joined=sum(joined for _area, _state, joined in rows),
        closed=sum(state == State.CLOSED for _area, state, _joined in rows),
        phenomenon=phenomenon,
        phenomenon_name=name,
    )


def _phenomenon(rise: Rise, *, at: datetime) -> tuple[int, str]:
    """Return the phenomenon looked after that most cases of ``rise`` show, if as many as a place needs to be named."""
    shown = PhenomenonCase.objects.filter(case__in=rise_cases(rise, at=at), removed_at=None, phenomenon__state__in=LIVE)
    most = shown.order_by().values_list("phenomenon", "phenomenon__name").annotate(number=Count("pk"))
    key, name, _number = most.filter(number__gte=LEAST_NAMED).order_by("-number", "phenomenon").first() or (0, "", 0)
    return key, name
