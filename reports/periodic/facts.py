"""The figures a report is written from, read once for both languages: of its period and of those before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone, translation

from agencies.models import Agency, Governorate, Topic
from complaints.models import Channel
from complaints.workflow import Kind
from reports.figures.measures import Figures
from reports.figures.reading import Reading, compared, read, read_together
from reports.figures.sums import Dimension, Key
from reports.models import PeriodicReport, Phenomenon, PhenomenonEntryKind, PhenomenonState, ReportKind
from reports.periodic import calendar_periods, phrases
from reports.periods import ReportPeriod
from reports.phenomena.actions import Effect, effect, filed_days

#: How many periods the comparison shows, the report's own among them: of months a year and one, to meet its like.
SHOWN_PERIODS: Final = {ReportKind.MONTH: 13, ReportKind.QUARTER: 5, ReportKind.YEAR: 5, ReportKind.SPAN: 2}
#: What is read of the period, all of it from kept sums: rows of each reading add up to those of its dimensions.
BREAKDOWNS: Final[tuple[tuple[Dimension, ...], ...]] = (
    (Dimension.AGENCY, Dimension.TOPIC),
    (Dimension.KIND,),
    (Dimension.CHANNEL,),
    (Dimension.GOVERNORATE,),
)


@dataclass(frozen=True)
class CaseGroup:
    """The cases of one agency, topic, kind, channel or governorate; ``key`` is None where a case has none."""

    key: Key
    code: str
    name: str
    figures: Figures

    def count(self, measure: str) -> int:
        """Return a measure that is a count; 0 where nothing was counted."""
        return int(self.figures.value(measure) or 0)


@dataclass(frozen=True)
class Earlier:
    """A period the report is compared with."""

    kind: ReportKind
    period: ReportPeriod
    figures: Figures

    @property
    def name(self) -> str:
        """Return the period as it is named within a sentence."""
        return phrases.period_name(self.kind, self.period)

    @property
    def within(self) -> str:
        """Return in which period, or on which day, something was, as it is said within a sentence."""
        return phrases.within_period(self.kind, self.period)

    @property
    def heading(self) -> str:
        """Return the period as it is named by itself."""
        return phrases.period_heading(self.kind, self.period)

    @property
    def received(self) -> int:
        """Return how many cases were received in it."""
        return self.count("received")

    def count(self, measure: str) -> int:
        """Return a measure of all cases that is a count; 0 where nothing was counted."""
        return int(self.figures.value(measure) or 0)


@dataclass(frozen=True)
class Facts:
    """What the sections are written from, read at ``read_at``. ``series`` ends with the period, the earliest first."""

    kind: ReportKind
    period: ReportPeriod
    as_of: datetime
    read_at: datetime
    readings: Mapping[tuple[Dimension, ...], Reading]
    series: Sequence[Earlier]
    before: Earlier
    year_before: Earlier
    named: Mapping[Dimension, Mapping[Key, Agency | Topic | Governorate]]

    @property
    def name(self) -> str:
        """Return the period as it is named within a sentence."""
        return phrases.period_name(self.kind, self.period)

    @property
    def within(self) -> str:
        """Return in which period, or on which day, something was, as it is said within a sentence."""
        return phrases.within_period(self.kind, self.period)

    @cached_property
    def by(self) -> Mapping[Dimension, Mapping[Key, Figures]]:
        """Return the figures by the keys of each dimension."""
        return {
            dimension: _summed(reading.rows, place)
            for dimensions, reading in self.readings.items()
            for place, dimension in enumerate(dimensions)
        }

    @property
    def total(self) -> Figures:
        """Return the figures of all cases."""
        return self.readings[BREAKDOWNS[0]].total

    @property
    def received(self) -> int:
        """Return how many cases were received in the period."""
        return self.count("received")

    @property
    def received_pending(self) -> int:
        """Return how many of them were not closed at its end: what published reports call pending."""
        return self.received - self.total.amount("received_closed")

    def count(self, measure: str) -> int:
        """Return a measure of all cases that is a count; 0 where nothing was counted."""
        return int(self.total.value(measure) or 0)

    @property
    def agencies(self) -> list[CaseGroup]:
        """Return the agencies about which cases were received, most first."""
        return [group for group in self.groups(Dimension.AGENCY) if group.key is not None and group.count("received")]

    def groups(self, dimension: Dimension) -> list[CaseGroup]:
        """Return the groups of a dimension, most received first, then by code, those without a key last."""
        found = [self._group(dimension, key, figures) for key, figures in self.by[dimension].items()]
        return sorted(found, key=_order)

    def topics(self, agency: Key) -> list[CaseGroup]:
        """Return the topics of the cases of an agency, most received first."""
        rows = self.readings[BREAKDOWNS[0]].rows
        found = [
            self._group(Dimension.TOPIC, topic, figure)
            for (of, topic), figure in rows.items()
            if of == agency and figure.value("received")
        ]
        return sorted(found, key=_order)

    def _group(self, dimension: Dimension, key: Key, figures: Figures) -> CaseGroup:
        if key is None:
            return CaseGroup(None, "", phrases.without(dimension), figures)
        match dimension:
            case Dimension.KIND:
                return CaseGroup(key, str(key), str(Kind(str(key)).label), figures)
            case Dimension.CHANNEL:
                return CaseGroup(key, str(key), str(Channel(str(key)).label), figures)
        row = self.named[dimension][key]
        return CaseGroup(key, row.code, row.name, figures)


def _summed(rows: Mapping[tuple[Key, ...], Figures], place: int) -> Mapping[Key, Figures]:
    sums: dict[Key, Figures] = {}
    for keys, figures in rows.items():
        sums[keys[place]] = sums.get(keys[place], Figures()) + figures
    return sums


def _order(group: CaseGroup) -> tuple[bool, int, str]:
    return group.key is None, -group.count("received"), group.code


def steps(kind: ReportKind) -> int:
    """Return how many steps ``gather`` tells about."""
    return len(BREAKDOWNS) + SHOWN_PERIODS[kind] + 1


@read_together()
def gather(kind: ReportKind, period: ReportPeriod, *, at: datetime, tell: Callable[[], None]) -> Facts:
    """Read everything a report of ``period`` is written from; calls ``tell`` after each of ``steps``."""

    def done[T](value: T) -> T:
        tell()
        return value

    readings = {by: done(read(period, by=by, at=at)) for by in BREAKDOWNS}
    whole = readings[BREAKDOWNS[0]]

    def earlier(days: ReportPeriod) -> Earlier:
        total = whole.total if days == period else read(days, at=at).total
        return Earlier(kind, days, total)

    shown = [done(earlier(days)) for days in calendar_periods.up_to(period, number=SHOWN_PERIODS[kind])]
    _before, like = compared(period)
    return Facts(
        kind=kind,
        period=period,
        as_of=whole.as_of,
        read_at=at,
        readings=readings,
        series=shown,
        before=shown[-2],
        year_before=done(next((each for each in shown if each.period == like), None) or earlier(like)),
        named=_named(readings),
    )


def _named(
    readings: Mapping[tuple[Dimension, ...], Reading],
) -> Mapping[Dimension, Mapping[Key, Agency | Topic | Governorate]]:
    work, _kinds, _channels, places = (readings[by].rows for by in BREAKDOWNS)
    return {
        Dimension.AGENCY: _in_bulk(Agency.objects.all(), {agency for agency, _topic in work}),
        Dimension.TOPIC: _in_bulk(Topic.objects.all(), {topic for _agency, topic in work}),
        Dimension.GOVERNORATE: _in_bulk(Governorate.objects.all(), {governorate for (governorate,) in places}),
    }


def _in_bulk[M: Agency | Topic | Governorate](rows: QuerySet[M], keys: set[Key]) -> Mapping[Key, M]:
    found = rows.only("code", "name_ar", "name_en").filter(pk__in=keys - {None})
    return {row.pk: row for row in found}


# ---- The commitments about phenomena that are frozen with a report: by whom, until when, and what became of
# them.


_LANGUAGES = ("ar", "en")


def commitments(until: datetime) -> list[dict[str, Any]]:
    """Return the commitments about accepted phenomena made before ``until``, the earliest first, as JSON can hold them.

    ``evidence_on`` is the day on which what was done was first shown. The cases are those of the whole weeks before and
    after the commitment; their numbers are None where there are too few to compare. One statement, and one for each.
    """
    shown = Q(entries__kind=PhenomenonEntryKind.EVIDENCE, entries__at__gte=F("committed_at"), entries__at__lt=until)
    rows = Phenomenon.objects.filter(state=PhenomenonState.ACCEPTED, committed_at__lt=until)
    found = rows.select_related("owner").annotate(evidence_at=Min("entries__at", filter=shown))
    return [_frozen(each, timezone.localdate(until)) for each in found.order_by("committed_at", "pk")]


def _frozen(phenomenon: Any, today: date) -> dict[str, Any]:
    committed_on = timezone.localdate(phenomenon.committed_at)
    seen = effect(filed_days(phenomenon), committed_on=committed_on, today=today)
    evidence_at = phenomenon.evidence_at
    return {
        "key": phenomenon.pk,
        "name": phenomenon.name,
        "agency": phenomenon.owner.code,
        "ar": phenomenon.owner.name_ar,
        "en": phenomenon.owner.name_en,
        "committed_on": committed_on.isoformat(),
        "due_on": phenomenon.due_on.isoformat(),
        "evidence_on": timezone.localdate(evidence_at).isoformat() if evidence_at else None,
        "inflow": _inflow(seen) if seen.is_enough else None,
    }


def _inflow(seen: Effect) -> dict[str, Any]:
    said = {}
    for language in _LANGUAGES:
        with translation.override(language):
            said[language] = " ".join(seen.sentences)
    return {"before": sum(seen.before), "after": sum(seen.after), "weeks": len(seen.after), "said": said}


# ---- The counts that are frozen with a report, beside the document in both languages, and what agencies
# promised.
#
# What is made from a report later (public pages, open data) takes its numbers from here and counts nothing anew.


#: The tables, and what each is broken down by.
TABLES: Final[Mapping[str, Dimension]] = {"agencies": Dimension.AGENCY, "governorates": Dimension.GOVERNORATE}
#: The code of cases that no agency has, or that have no governorate.
NOBODY: Final = "none"
#: The codes of names.
LANGUAGES: Final = ("ar", "en")


def counts(facts: Facts) -> dict[str, Any]:
    """Return the counts of a report as JSON can hold them, with the names in both languages."""
    tables = {table: _table(facts, dimension) for table, dimension in TABLES.items()}
    return tables | {
        "total": _row(facts.total),
        "as_of": facts.as_of.isoformat(),
        "commitments": commitments(facts.as_of),
    }


def frozen_counts(report: PeriodicReport) -> Mapping[str, Any]:
    """Return the counts frozen with ``report``."""
    found: Mapping[str, Any] = report.parts["counts"]
    return found


def _table(facts: Facts, dimension: Dimension) -> dict[str, Any]:
    return {
        group.code or NOBODY: _names(facts, dimension, group) | _row(group.figures) for group in facts.groups(dimension)
    }


def _names(facts: Facts, dimension: Dimension, group: CaseGroup) -> dict[str, str]:
    if group.key is not None:
        row = facts.named[dimension][group.key]
        return {"ar": row.name_ar, "en": row.name_en}
    names = {}
    for language in LANGUAGES:
        with translation.override(language):
            names[language] = phrases.without(dimension)
    return names


def _row(figures: Figures) -> dict[str, int | None]:
    """Return the counts of one row; the three of promises, and the three of citizens' words, are parts of one whole."""
    days = figures.value("days_to_answer_median")
    return {
        "received": figures.amount("received"),
        "in_time": figures.amount("answered_in_time"),
        "answered_late": figures.amount("answered") - figures.amount("answered_in_time"),
        "still_late": figures.amount("late"),
        "confirmed": figures.amount("confirmed"),
        "disputed": figures.amount("disputed"),
        "unanswered": figures.amount("unanswered"),
        "median_days": None if days is None else int(days),
    }
