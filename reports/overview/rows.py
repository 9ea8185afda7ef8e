"""The report of any days: its rows with their names, and what its figures are.

A case counts by what was true at the **end of the period**: the last moment of its last day, or now while that day is
not over. What happened afterwards changes nothing, so the figures of a past month stay what they were;
``reports.figures.measures`` defines each. A correction of topic or kind says what a case was from the beginning: past
figures follow it, unlike all else. Small numbers are shown as they are, for these pages are internal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import add
from typing import Final

from django.utils.translation import gettext

from agencies.models import Agency, Topic
from agencies.names import names_on
from complaints.workflow import Kind, Outcome
from kit.arabic import fold
from kit.compiled_reads import CompiledRead
from kit.languages import current_language
from reports.drill.counted import CauseRow
from reports.figures.scopes import Key
from reports.figures.time_in_hand import TimeRow
from reports.periods import ReportPeriod


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
