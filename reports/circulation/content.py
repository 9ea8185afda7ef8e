"""The content of annexes: for each agency its figures, its cases to act on and its directives, in both languages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, reduce
from operator import add
from typing import Final

from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext

from agencies.models import Agency, Topic
from complaints.models import Case
from complaints.workflow import OPEN, Kind
from reports.documents import tree
from reports.documents.tree import WITHHELD, Cell, Column, ColumnKind, Document, Section, Table
from reports.figures.measures import MEASURES, Figures
from reports.figures.reading import Reading, compared, read
from reports.figures.scopes import Dimension, Key
from reports.figures.suppression import SMALLEST, withheld_groups
from reports.models import Directive, DirectiveState, PeriodicReport
from reports.periods import ReportPeriod

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
#: Other agencies that got cases, fewer of which are not added up: somebody could tell which ones they are.
LEAST_OTHERS: Final = 5
#: The sections that not every reader of an annex may read whole.
CASES: Final = "cases"
DIRECTIVES: Final = "directives"
#: Cases listed in an annex; how many there are is said above them.
MOST_CASES: Final = 100


@dataclass(frozen=True)
class AnnexFigures:
    """The figures of all agencies that annexes are cut from: the period, the one before, a year earlier, by topic."""

    period: Reading
    before: Reading
    year_earlier: Reading
    topics: Reading

    @property
    def agencies(self) -> frozenset[int]:
        """The agencies with anything to count in the period."""
        return frozenset(key for (key,), figures in self.period.rows.items() if isinstance(key, int) and figures)

    def others(self, agency: int) -> Figures | None:
        """Return all agencies but one together; None if so few of them got cases that one could be known."""
        others = [each for (key,), each in self.period.rows.items() if key != agency]
        if sum(each.amount("received") > 0 for each in others) < LEAST_OTHERS:
            return None
        return reduce(add, others, Figures())

    @cached_property
    def received_by_topic(self) -> Mapping[Key, Mapping[Key, int]]:
        """How many cases of each topic each agency received that received any."""
        found: dict[Key, dict[Key, int]] = {}
        for (agency, topic), figures in self.topics.rows.items():
            if number := figures.amount("received"):
                found.setdefault(topic, {})[agency] = number
        return found

    def others_received(self, agency: int, topics: Collection[Key]) -> Mapping[Key, Cell]:
        """Return how many cases of each of the ``topics`` all agencies but one received.

        Withheld if they are few, or the cases, or if the number for all topics would tell it.
        """
        nobody: Mapping[Key, int] = {}
        others = {
            topic: {key: number for key, number in by_agency.items() if key != agency}
            for topic, by_agency in (dict.fromkeys(topics, nobody) | dict(self.received_by_topic)).items()
        }
        numbers = {topic: sum(by_agency.values()) for topic, by_agency in others.items()}
        hidden = {topic for topic, by_agency in others.items() if 0 < len(by_agency) < LEAST_OTHERS}
        withheld = withheld_groups(numbers, hidden=hidden | (others.keys() - set(topics)))
        return {topic: WITHHELD if topic in withheld else numbers[topic] for topic in topics}


def read_figures(period: ReportPeriod, *, at: datetime) -> AnnexFigures:
    """Read what the annexes of a report need: four readings for any number of agencies."""
    before, year_earlier = compared(period)
    by_agency = (Dimension.AGENCY,)
    return AnnexFigures(
        read(period, by=by_agency, at=at),
        read(before, by=by_agency, at=at),
        read(year_earlier, by=by_agency, at=at),
        read(period, by=(Dimension.AGENCY, Dimension.TOPIC), at=at),
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
    own = [
        reading.rows.get((agency.pk,), Figures()) for reading in (figures.period, figures.before, figures.year_earlier)
    ]
    others = figures.others(agency.pk)
    tables = tuple(_measures_table(kind, names, own, others) for kind, names in SHOWN.items())
    return Section(
        key="figures",
        heading=gettext("Your figures"),
        paragraphs=(
            gettext(
                "The figures of the period are shown beside those of the period before, of the same period a year "
                "earlier, and of all other agencies together. Numbers about others from fewer than 5 cases or 5 "
                "agencies are withheld."
            ),
        ),
        tables=(*tables, _topics_table(agency, figures)),
    )


def _measures_table(kind: ColumnKind, names: Sequence[str], own: Sequence[Figures], others: Figures | None) -> Table:
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


def _of_others(others: Figures | None, name: str) -> Cell:
    """Return a figure of other agencies, withheld if so few are behind it that it could point at somebody."""
    return WITHHELD if others is None or 0 < others.base(name) < SMALLEST else others.value(name)


def _topics_table(agency: Agency, figures: AnnexFigures) -> Table:
    own = {topic: each for (key, topic), each in figures.topics.rows.items() if key == agency.pk and each}
    names = {topic.pk: topic.name for topic in Topic.objects.filter(pk__in=[key for key in own if key is not None])}
    counted = ("received", "closed", "pending", "late")
    others, rows = figures.others_received(agency.pk, own.keys()), []
    for topic, each in sorted(own.items(), key=lambda row: (-row[1].amount("received"), str(row[0]))):
        name = names.get(topic, "") if isinstance(topic, int) else gettext("No topic")
        rows.append((name, *(each.value(measure) for measure in counted), others[topic]))
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
