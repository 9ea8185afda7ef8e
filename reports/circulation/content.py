"""The content of annexes: for each agency its figures, its cases to act on and its directives, in both languages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext

from agencies.models import Agency, Topic
from complaints.models import Case
from complaints.workflow import OPEN, Kind
from reports.documents import tree
from reports.documents.tree import WITHHELD, Cell, Column, ColumnKind, Document, Section, Table
from reports.figures.measures import MEASURES, Figures
from reports.figures.reading import Reading, compared, read, whole_months
from reports.figures.sums import SMALLEST, Dimension, Key, withheld_groups
from reports.models import Directive, DirectiveState, PeriodicReport
from reports.periods import ReportPeriod

# ---- What an annex tells of all agencies but its own: what each month of its period would tell by itself, and
# no more.
#
# The annexes of months, quarters and years can be subtracted from one another. So a number about others is told only
# if the period and each whole month in it may tell it. What all annexes of an agency tell together is then made of
# sums of what its months tell, and no subtraction finds a smaller group. A period that cuts a month tells nothing of
# others.


#: Other agencies that got cases, fewer of which are not added up: somebody could tell which ones they are.
LEAST_OTHERS: Final = 5
_NOTHING: Final = Figures()


@dataclass(frozen=True)
class SpanFigures:
    """The period of a report, or a month in it: its figures by agency, and by agency and topic."""

    agencies: Reading
    topics: Reading

    def own(self, agency: int) -> Figures:
        """Return the figures of one agency."""
        return self.agencies.rows.get((agency,), _NOTHING)

    def others(self, agency: int) -> Figures:
        """Return the figures of all agencies but one, added up."""
        return Figures.together(each for (key,), each in self.agencies.rows.items() if key != agency)

    def may_tell(self, measure: str, agency: int) -> bool:
        """Tell whether ``agency`` may read a measure of others: of nobody, or of enough agencies and cases."""
        number = sum(key not in {agency, None} for key in self._with_cases)
        base = self.agencies.total.base(measure) - self.own(agency).base(measure)
        return base == 0 if number == 0 else number >= LEAST_OTHERS and not 0 < base < SMALLEST

    def received(self, agency: int) -> Mapping[Key, int]:
        """Return how many cases of each topic all agencies but one received."""
        return {topic: sum(others.values()) for topic, others in self._by_topic(agency).items()}

    def withheld_topics(self, agency: int) -> frozenset[Key]:
        """Return the topics whose cases ``agency`` may not read of others, and those that the sum of all would tell."""
        by_topic = self._by_topic(agency)
        few = {topic for topic, others in by_topic.items() if 0 < len(others) < LEAST_OTHERS}
        return withheld_groups(self.received(agency), hidden=few)

    @cached_property
    def _with_cases(self) -> Collection[Key]:
        return [key for (key,), each in self.agencies.rows.items() if each.amount("received")]

    @cached_property
    def _received(self) -> Sequence[tuple[Key, Key, int]]:
        rows = ((agency, topic, each.amount("received")) for (agency, topic), each in self.topics.rows.items())
        return [row for row in rows if row[2]]

    def _by_topic(self, agency: int) -> Mapping[Key, Mapping[Key, int]]:
        found: dict[Key, dict[Key, int]] = {}
        for key, topic, number in self._received:
            if key != agency:
                found.setdefault(topic, {})[key] = number
        return found


def read_part(period: ReportPeriod, *, at: datetime) -> SpanFigures:
    """Read one part: two readings."""
    return SpanFigures(
        read(period, by=(Dimension.AGENCY,), at=at), read(period, by=(Dimension.AGENCY, Dimension.TOPIC), at=at)
    )


def read_months(period: ReportPeriod, *, at: datetime) -> tuple[SpanFigures, ...]:
    """Read the whole months of ``period`` that have begun, none if it cuts one: two readings each."""
    return tuple(read_part(month, at=at) for month in whole_months(period) if month.starts_at < at)


@dataclass(frozen=True)
class OtherAgencies:
    """What ``agency`` may read of all others in the ``period`` of its annex, which is made of ``months``."""

    agency: int
    period: SpanFigures
    months: Sequence[SpanFigures]

    @cached_property
    def figures(self) -> Figures:
        """The figures of all others together, whether they may be told or not."""
        return self.period.others(self.agency)

    def tells(self, measure: str) -> bool:
        """Tell whether a measure of all others may be read."""
        return bool(self.months) and all(each.may_tell(measure, self.agency) for each in self._parts)

    def received(self, topics: Collection[Key]) -> Mapping[Key, int | None]:
        """Return how many cases of ``topics`` the others received, None where that is withheld."""
        numbers, withheld = self.period.received(self.agency), self._withheld_topics
        return {topic: None if topic in withheld or not self.months else numbers.get(topic, 0) for topic in topics}

    @property
    def _parts(self) -> Sequence[SpanFigures]:
        return (self.period, *self.months)

    @cached_property
    def _withheld_topics(self) -> frozenset[Key]:
        return frozenset[Key]().union(*(each.withheld_topics(self.agency) for each in self._parts))


LANGUAGES: Final = ("ar", "en")
#: The measures of an annex by the kind of their column.
SHOWN: Final[Mapping[ColumnKind, Sequence[str]]] = {
    ColumnKind.COUNT: (
        *("received", "closed", "pending", "late", "bounces", "extensions", "objections", "objections_upheld"),
        *("confirmed", "disputed", "came_back"),
    ),
    ColumnKind.SHARE: ("decided_on_time", "answered_on_time", "confirmed_gap", "rated"),
    ColumnKind.DAYS: (*("days_to_decide_median", "days_to_decide_p90", "days_to_answer_median", "days_to_answer_p90"),),
}
#: The sections that not every reader of an annex may read whole.
CASES: Final = "cases"
DIRECTIVES: Final = "directives"
#: Cases listed in an annex; how many there are is said above them.
MOST_CASES: Final = 100


@dataclass(frozen=True)
class AnnexFigures:
    """The figures of all agencies that annexes are cut from: the period, the one before, a year earlier, the months."""

    period: SpanFigures
    before: Reading
    year_earlier: Reading
    months: Sequence[SpanFigures]

    @property
    def agencies(self) -> frozenset[int]:
        """The agencies with anything to count in the period."""
        return frozenset(
            key for (key,), figures in self.period.agencies.rows.items() if isinstance(key, int) and figures
        )

    def others(self, agency: int) -> OtherAgencies:
        """Return what ``agency`` may read of all others."""
        return OtherAgencies(agency, self.period, self.months)


def read_figures(period: ReportPeriod, *, at: datetime) -> AnnexFigures:
    """Read what the annexes of a report need: four readings for any number of agencies, and two for each month."""
    before, year_earlier = compared(period)
    by_agency = (Dimension.AGENCY,)
    return AnnexFigures(
        read_part(period, at=at),
        read(before, by=by_agency, at=at),
        read(year_earlier, by=by_agency, at=at),
        read_months(period, at=at),
    )


def annex_content(report: PeriodicReport, agency: Agency, figures: AnnexFigures, *, at: datetime) -> str:
    """Return the annex of ``agency`` as JSON of both languages: sorted keys, no spaces, as the report itself."""
    cases = _cases_to_act_on(agency, at=at)
    directives = list(Directive.objects.filter(agency=agency, state__in=[DirectiveState.OPEN, DirectiveState.REPORTED]))
    parts = {}
    for language in LANGUAGES:
        with translation.override(language):
            sections = (_figures_section(agency, figures), _cases_section(cases), _directives_section(directives))
            document = Document(
                title=gettext("Annex to the report: %(agency)s") % {"agency": agency.name},
                language=language,
                period_first=report.first,
                period_last=report.last,
                version=report.number,
                as_of=at,
                sections=sections,
            )
            parts[language] = tree.to_json(document)
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def document(content: str, language: str) -> Document:
    """Return one language of a stored annex."""
    return tree.from_json(json.loads(content)[language])


def digest(content: str) -> str:
    """Return the SHA-256 of a content as UTF-8, in hexadecimal digits."""
    return hashlib.sha256(content.encode()).hexdigest()


# ---- figures ----


def _figures_section(agency: Agency, figures: AnnexFigures) -> Section:
    readings = (figures.period.agencies, figures.before, figures.year_earlier)
    own = [reading.rows.get((agency.pk,), Figures()) for reading in readings]
    others = figures.others(agency.pk)
    tables = tuple(_measures_table(kind, names, own, others) for kind, names in SHOWN.items())
    return Section(
        key="figures",
        heading=gettext("Your figures"),
        paragraphs=(
            gettext(
                "The figures of the period are shown beside those of the period before, of the same period a year "
                "earlier, and of all other agencies together. Numbers about others are withheld if they come from "
                "fewer than 5 cases or 5 agencies, in the whole period or in one of its months."
            ),
        ),
        tables=(*tables, _topics_table(agency, figures, others)),
    )


def _measures_table(kind: ColumnKind, names: Sequence[str], own: Sequence[Figures], others: OtherAgencies) -> Table:
    captions = {
        ColumnKind.COUNT: gettext("Numbers"),
        ColumnKind.SHARE: gettext("Shares"),
        ColumnKind.DAYS: gettext("Working days"),
    }
    columns = (
        Column("measure", gettext("Figure"), ColumnKind.TEXT),
        Column("period", gettext("This period"), kind),
        Column("before", gettext("Period before"), kind),
        Column("year_earlier", gettext("A year earlier"), kind),
        Column("others", gettext("All other agencies"), kind),
    )
    rows = tuple(
        (str(MEASURES[name].label), *(each.value(name) for each in own), _of_others(others, name)) for name in names
    )
    return Table(f"measures_{kind}", captions[kind], columns, rows, row_keys=tuple(names))


def _of_others(others: OtherAgencies, name: str) -> Cell:
    return others.figures.value(name) if others.tells(name) else WITHHELD


def _topics_table(agency: Agency, figures: AnnexFigures, others: OtherAgencies) -> Table:
    own = {topic: each for (key, topic), each in figures.period.topics.rows.items() if key == agency.pk and each}
    names = {topic.pk: topic.name for topic in Topic.objects.filter(pk__in=[key for key in own if key is not None])}
    counted = ("received", "closed", "pending", "late")
    received, rows = others.received(own.keys()), []
    for topic, each in sorted(own.items(), key=lambda row: (-row[1].amount("received"), str(row[0]))):
        name = names.get(topic, "") if isinstance(topic, int) else gettext("No topic")
        of_others = received[topic]
        told = WITHHELD if of_others is None else of_others
        rows.append((name, *(each.value(measure) for measure in counted), told))
    columns = (
        Column("topic", pgettext("report", "Topic"), ColumnKind.TEXT),
        *(Column(name, str(MEASURES[name].label), ColumnKind.COUNT) for name in counted),
        Column("others", gettext("Received by all other agencies"), ColumnKind.COUNT),
    )
    return Table("topics", gettext("By topic"), columns, tuple(rows))


# ---- cases and directives ----


@dataclass(frozen=True)
class LateCases:
    """The cases whose day is over at the moment of the annex, the longest first: some of them, and how many in all."""

    rows: tuple[tuple[str, Topic | None, date], ...]
    number: int


def _cases_to_act_on(agency: Agency, *, at: datetime) -> LateCases:
    """Return the open cases of ``agency`` whose running deadline has passed, praise left out."""
    late = Case.objects.filter(agency=agency, state__in=OPEN, deadline_at__lt=at).exclude(kind=Kind.PRAISE)
    found = late.select_related("topic").only("reference", "deadline_at", "topic").order_by("deadline_at", "pk")
    rows = tuple((each.reference, each.topic, timezone.localdate(each.deadline_at)) for each in found[:MOST_CASES])
    return LateCases(rows, late.count() if len(rows) == MOST_CASES else len(rows))


def _cases_section(cases: LateCases) -> Section:
    columns = (
        Column("case", gettext("Case"), ColumnKind.TEXT),
        Column("topic", pgettext("report", "Topic"), ColumnKind.TEXT),
        Column("due_on", gettext("Due on"), ColumnKind.DATE),
    )
    rows = tuple((reference, topic.name if topic else "—", due_on) for reference, topic, due_on in cases.rows)
    said = gettext("Open cases whose day was over when this annex was made: %(number)s.") % {
        "number": f"{cases.number:,}"
    }
    return Section(
        CASES, gettext("Cases to act on"), (said,), (Table("late_cases", gettext("Late cases"), columns, rows),)
    )


def _directives_section(directives: Sequence[Directive]) -> Section:
    columns = (
        Column("title", gettext("Subject of the directive"), ColumnKind.TEXT),
        Column("due_on", gettext("Due on"), ColumnKind.DATE),
        Column("state", pgettext("directive", "State"), ColumnKind.TEXT),
    )
    rows = tuple((each.title, each.due_on, str(each.get_state_display())) for each in directives)
    said = gettext("Directives that are not closed: %(number)s.") % {"number": len(rows)}
    return Section(
        DIRECTIVES, gettext("Directives"), (said,), (Table("directives", gettext("Directives"), columns, rows),)
    )
