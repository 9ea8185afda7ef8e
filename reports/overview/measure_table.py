"""All measures of a period beside the period before and the same period a year earlier, in groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from operator import add
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from agencies.models import Agency, Topic
from agencies.names import names_on
from complaints.workflow import Kind, Outcome
from kit.arabic import fold
from kit.compiled_reads import CompiledRead
from kit.fragments import Fragment
from kit.languages import current_language
from reports.drill import lists
from reports.drill.counted import CauseRow
from reports.figures.measures import MEASURES, Figures, Measure, whole_percent
from reports.figures.reading import TimeRow, compared, read
from reports.figures.sums import Dimension, Key, Scope
from reports.periods import Preset, ReportPeriod

# ---- Cells of the tables on the page of all figures: numbers that open their cases. ----


_CELL: Final = Fragment("reports/overview/cell.html", "opening", "text", "closing")


def cells(written: Iterable[tuple[str, str]]) -> SafeString:
    """Return a cell for each number as it is written and the address of its cases, both markup; "" for no cases."""
    return _CELL.fill_markup(
        (f'<a href="{address}">', text, "</a>") if address else ("", text, "") for text, address in written
    )


#: What stands where there is nothing to measure.
NOTHING: Final = "—"
GROUPS: Final[tuple[tuple[Promise, tuple[str, ...]], ...]] = (
    (
        _("Cases"),
        (
            "received",
            "closed",
            "pending",
            "pending_week",
            "pending_month",
            "pending_quarter",
            "pending_older",
            "late",
            "came_back",
        ),
    ),
    (
        _("How fast agencies decide and answer"),
        (
            "decided",
            "decided_on_time",
            "days_to_decide_median",
            "days_to_decide_p90",
            "answered",
            "answered_on_time",
            "days_to_answer_median",
            "days_to_answer_p90",
        ),
    ),
    (
        _("What citizens say of the answers"),
        (
            "confirmed",
            "disputed",
            "unanswered",
            "confirmed_gap",
            "rated",
            "satisfaction",
            "objections",
            "objections_upheld",
        ),
    ),
    (
        _("How cases were handled"),
        (
            "bounces",
            "extensions",
            "topic_corrections",
            "challenged_sent",
            "hollow_found",
            "messages_failed",
        ),
    ),
    (
        _("Working hours by holder"),
        ("held_desk", "held_directorate", "held_citizen", "held_unit", "held_outside"),
    ),
)


@dataclass(frozen=True)
class MeasureCell:
    """One value as text, and the address of the cases behind it; empty where there are none."""

    text: str
    href: str


@dataclass(frozen=True)
class MeasureRow:
    """One measure: its label, its formula, and its values in the periods that are compared."""

    measure: Measure
    cells: Sequence[MeasureCell]


@dataclass(frozen=True)
class MeasureTable:
    """The measures in groups; ``periods`` are the columns, the period itself first."""

    periods: Sequence[ReportPeriod]
    groups: Sequence[tuple[Promise, Sequence[MeasureRow]]]

    @property
    def markup(self) -> Sequence[tuple[Promise, SafeString]]:
        """The rows of each group as markup."""
        return [(title, _ROW.fill([_filled(row) for row in rows])) for title, rows in self.groups]

    @property
    def rows(self) -> Sequence[MeasureRow]:
        """The measures without their groups."""
        return [row for _title, rows in self.groups for row in rows]


_ROW: Final = Fragment("reports/overview/measure_row.html", "label", "formula", "cells")


def _filled(row: MeasureRow) -> Mapping[str, str]:
    written = cells((cell.text, escape(cell.href)) for cell in row.cells)
    return {"label": str(row.measure.label), "formula": str(row.measure.formula), "cells": written}


def measure_table(period: ReportPeriod, total: Figures, *, at: datetime, scope: Scope) -> MeasureTable:
    """Return all measures of ``period`` and ``scope``, whose figures are ``total``, beside the two periods before."""
    before, year_before = compared(period)
    figures = {period: total} | {each: read(each, scope=scope, at=at).total for each in (before, year_before)}
    columns = [_Column(each, found, lists.cases_urls(MEASURES, each, scope)) for each, found in figures.items()]
    return MeasureTable(
        periods=list(figures),
        groups=[(title, [_row(MEASURES[name], columns) for name in names]) for title, names in GROUPS],
    )


@dataclass(frozen=True)
class _Column:
    """One period: its figures, and the addresses of their cases by measure."""

    period: ReportPeriod
    figures: Figures
    addresses: Mapping[str, str]


def _row(measure: Measure, columns: Sequence[_Column]) -> MeasureRow:
    return MeasureRow(measure, [_cell(measure, column) for column in columns])


def _cell(measure: Measure, column: _Column) -> MeasureCell:
    has_cases = column.figures.base(measure.name) > 0
    return MeasureCell(value_text(measure, column.figures), column.addresses[measure.name] if has_cases else "")


def value_text(measure: Measure, figures: Figures) -> str:
    """Return a value as text: a share in whole percent, the rest as its number."""
    value = measure.value(figures)
    if value is None:
        return NOTHING
    return f"{whole_percent(value)}%" if measure.unit == "share" else f"{value:,}"


# ---- The report of any days: its rows with their names, and what its figures are. ----
#
# A case counts by what was true at the **end of the period**: the last moment of its last day, or now while that day
# is not over. What happened afterwards changes nothing, so the figures of a past month stay what they were;
# ``reports.figures.measures`` defines each. A correction of topic or kind says what a case was from the beginning:
# past figures follow it, unlike all else. Small numbers are shown as they are, for these pages are internal.


@dataclass(frozen=True)
class CaseFigures:
    """The figures of one group of cases; the module docstring defines them."""

    received: int = 0
    closed: int = 0
    pending: int = 0
    late: int = 0
    confirmed: int = 0
    disputed: int = 0
    came_back: int = 0

    def __add__(self, other: CaseFigures) -> CaseFigures:
        return CaseFigures(*map(add, vars(self).values(), vars(other).values()))

    def __bool__(self) -> bool:
        return any(vars(self).values())


#: The figures in the order they are shown.
FIGURE_NAMES = ("received", "closed", "pending", "late", "confirmed", "disputed", "came_back")


@dataclass(frozen=True)
class FigureRow:
    """One row of a table: a name, a short name for the chart, the figures, and whose work is in them.

    ``key`` is what its cases have in the dimension of the table, None if they have none.
    """

    name: str
    short_name: str
    figures: CaseFigures
    note: str = ""
    key: Key = None

    @property
    def full_name(self) -> str:
        """The name with its note, for files."""
        return f"{self.name} ({self.note})" if self.note else self.name


@dataclass(frozen=True)
class OutcomeRow:
    """How many cases of a kind were closed with an outcome, and the address of their list."""

    kind: Kind
    outcome: Outcome
    closed: int
    cases: str

    @property
    def name(self) -> str:
        """Both in one, for files."""
        return f"{self.kind.label}: {self.outcome.label}"


@dataclass(frozen=True)
class Report:
    """The figures of a period, counted at ``counted_at``; ``as_of`` is the end of the period they describe.

    ``by_cause`` are the causes of accepted objections. ``limits`` says which part of the cases all are of, empty for
    all. The view adds ``times``, which are of all cases.
    """

    period: ReportPeriod
    as_of: datetime
    counted_at: datetime
    by_agency: tuple[FigureRow, ...]
    by_kind: tuple[FigureRow, ...]
    total: CaseFigures
    by_topic: tuple[FigureRow, ...] = ()
    by_outcome: tuple[OutcomeRow, ...] = ()
    by_cause: Sequence[CauseRow] = ()
    times: tuple[TimeRow, ...] = ()
    copy_note: str = ""
    limits: str = ""

    @property
    def is_running(self) -> bool:
        """Tell whether the period's last day is not over yet."""
        return self.as_of < self.period.ends_at


# Of all agencies and topics: a list of keys would make a statement of its own each time.
_AGENCIES: Final = CompiledRead(
    lambda language: Agency.objects.values_list("pk", f"name_{language}", f"short_name_{language}")
)
_TOPICS: Final = CompiledRead(lambda language: Topic.objects.values_list("pk", f"name_{language}"))


def agency_rows(
    sums: Mapping[int | None, CaseFigures], *, predecessors: Mapping[int, list[int]], on: date
) -> tuple[FigureRow, ...]:
    """Return the agencies with cases to count, most received first, then by name; cases without agency last.

    The note of a row names the agencies whose work it includes, and the name the agency had ``on`` that day.
    """
    shown = {key for key, figures in sums.items() if key is not None and figures}
    names = {key: (name, short_name) for key, name, short_name in _AGENCIES.rows(current_language())}
    former = names_on(shown, on=on)
    rows = [
        FigureRow(
            *names[key],
            sums[key],
            _note([names[old][0] for old in predecessors.get(key, ())], former.get(key, "")),
            key,
        )
        for key in shown
    ]
    rows.sort(key=lambda row: (-row.figures.received, fold(row.name)))
    unplaced = sums.get(None, CaseFigures())
    no_agency = FigureRow(gettext("No agency yet"), gettext("No agency yet"), unplaced)
    return (*rows, no_agency) if unplaced else tuple(rows)


def topic_rows(sums: Mapping[int | None, CaseFigures]) -> tuple[FigureRow, ...]:
    """Return the topics with cases to count, most received first, then by name; cases without a topic last."""
    shown = {key for key, figures in sums.items() if key is not None and figures}
    names = _TOPICS.rows(current_language())
    rows = [FigureRow(name, name, sums[key], key=key) for key, name in names if key in shown]
    rows.sort(key=lambda row: (-row.figures.received, fold(row.name)))
    unsorted = sums.get(None, CaseFigures())
    return (*rows, FigureRow(gettext("No topic"), gettext("No topic"), unsorted)) if unsorted else tuple(rows)


def _note(included: Sequence[str], former: str) -> str:
    """Return what is said beside the name of an agency; empty where nothing is."""
    notes = []
    if former:
        notes.append(gettext("then: %(name)s") % {"name": former})
    if included:
        notes.append(gettext("with the work of: %(names)s") % {"names": gettext(", ").join(included)})
    return " · ".join(notes)


# ---- A breakdown on the page of all figures: a chart of one figure, and a table whose numbers open their
# cases.


#: The most bars in the chart; the table beside it has all rows.
MOST_BARS: Final = 12
#: The rows that the table shows at once; the rest unfolds.
FIRST_ROWS: Final = 15
#: The most bars named in the text alternative of the chart.
MOST_SPOKEN: Final = 3

_BREAKDOWN_ROW: Final = Fragment("reports/overview/breakdown_row.html", "name", "note", "cells")


@dataclass(frozen=True)
class Breakdown:
    """What the page shows of one dimension: rows as markup, those shown ``first`` and the ``rest``, and the bars."""

    first: SafeString
    rest: SafeString
    rest_number: int
    bars: Sequence[tuple[str, int]]
    left_out: int
    summary: str


def breakdown(
    rows: Sequence[FigureRow], dimension: Dimension, *, shown: str, period: ReportPeriod, scope: Scope
) -> Breakdown:
    """Return the breakdown of ``period`` and ``scope`` by ``dimension``; ``shown`` is the figure of the chart."""
    addresses = lists.cases_urls_by(dimension, FIGURE_NAMES, period, scope)
    lines = [_line(row, addresses(row.key)) for row in rows]
    bars = _bars(rows, shown)
    return Breakdown(
        first=_BREAKDOWN_ROW.fill(lines[:FIRST_ROWS]),
        rest=_BREAKDOWN_ROW.fill(lines[FIRST_ROWS:]),
        rest_number=len(lines[FIRST_ROWS:]),
        bars=bars[:MOST_BARS],
        left_out=len(bars[MOST_BARS:]),
        summary="; ".join(f"{name}: {number:,}" for name, number in bars[:MOST_SPOKEN]),
    )


def _line(row: FigureRow, addresses: Mapping[str, str]) -> Mapping[str, str]:
    note = format_html('<br><span class="small muted">{}</span>', row.note) if row.note else SafeString()
    counts = ((getattr(row.figures, name), addresses[name]) for name in FIGURE_NAMES)
    written = cells((f"{count:,}", address if count else "") for count, address in counts)
    return {"name": row.name, "note": note, "cells": written}


def _bars(rows: Sequence[FigureRow], shown: str) -> list[tuple[str, int]]:
    """Return the shown figure of every row where it is not zero, the largest first."""
    found = [(row.short_name, int(getattr(row.figures, shown))) for row in rows]
    return sorted((bar for bar in found if bar[1]), key=lambda bar: -bar[1])


# ---- The titles and definitions of the figures, the same on the page and in the files. ----


FIGURE_TITLES: dict[str, Promise] = {
    "received": pgettext_lazy("figures", "Received"),
    "closed": pgettext_lazy("figures", "Closed"),
    "pending": pgettext_lazy("figures", "Pending"),
    "late": _("Past first deadline"),
    "confirmed": pgettext_lazy("figures", "Confirmed solved"),
    "disputed": pgettext_lazy("figures", "Disputed"),
    "came_back": pgettext_lazy("figures", "Came back"),
}

#: What each figure counts, in the order of the columns; ``reports.figures`` defines the same for programmers.
DEFINITIONS: dict[str, Promise] = {
    "received": _("Filed from the first day to the last, both included."),
    "closed": _(
        "Closed in the period and still closed at its end, with any outcome, including withdrawn cases. A closing is "
        "not counted if the citizen objected before the end of the period."
    ),
    "pending": _("Filed before the end of the period and not closed at its end."),
    "late": _(
        "Pending cases whose first deadline had passed at the end of the period. An extension does not change this. "
        "Days spent waiting for the citizen do not count."
    ),
    "confirmed": _(
        "Answered in the period, and the citizen's last word on that answer before the end of the period is that it "
        "is solved or helped. Citizens who have said nothing are in neither of these two columns."
    ),
    "disputed": _(
        "Answered in the period, and the citizen's last word on that answer before the end of the period is that it is "
        "not solved or only partly, or an objection."
    ),
    "came_back": _(
        "Complaints filed in the period about a topic at a place for which an earlier complaint had been closed "
        "shortly before. Cases linked to another one as the same problem are not counted."
    ),
}

#: The columns of the working time agencies had cases in hand.
TIME_TABLE_TITLE = _("Working hours with agencies")
TIME_TITLES: dict[str, Promise] = {
    "cases": _("Cases held"),
    "desk": _("Working hours with the agency"),
    "directorates": _("Working hours with its directorates"),
}
TIME_NOTE = _(
    "The working hours that cases spent with each agency in the period, added up over all its cases. Time with a "
    "citizen, the CMU or an outside centre does not count."
)

#: Notes on all figures.
NOTES: tuple[Promise, ...] = (
    _("Each case is counted once, for the agency it was with at the end of the period."),
    _("Events after the period do not change its figures. If the period has not ended, the figures run up to now."),
    _("A correction of the topic or the kind of a case also changes the figures of past periods."),
    _("These figures are internal: small numbers are shown as they are."),
)

PRESET_LABELS: dict[Preset, Promise] = {
    Preset.THIS_MONTH: _("This month"),
    Preset.LAST_MONTH: _("Last month"),
    Preset.QUARTER: _("This quarter"),
    Preset.YEAR: _("This year"),
}


def as_of_line(report: Report) -> str:
    """Return the line that says for which moment the figures hold, and whether a copy of the database was read."""
    moment = timezone.localtime(report.as_of)
    when = f"{moment.day}/{moment.month}/{moment.year} {moment:%H:%M}"
    return " ".join(filter(None, [gettext("As of %(moment)s") % {"moment": when}, report.copy_note]))
