"""All measures of a period beside the period before and the same period a year earlier, in groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kit.fragments import Fragment
from reports.drill import lists
from reports.figures.arithmetic import whole_percent
from reports.figures.measures import MEASURES, Figures, Measure
from reports.figures.reading import compared, read
from reports.figures.scopes import Scope
from reports.overview.cells import cells
from reports.periods import ReportPeriod

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
