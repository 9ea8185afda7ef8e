"""Tables of a report: rows of groups under columns of measures, as the figures define them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext, pgettext

from reports.documents.tree import Cell, Column, ColumnKind, Row, Table
from reports.figures.measures import MEASURES, Figures
from reports.periodic.facts import CaseGroup

KINDS = {
    "count": ColumnKind.COUNT,
    "share": ColumnKind.SHARE,
    "working_days": ColumnKind.DAYS,
    "score": ColumnKind.SCORE,
}


def group_table(
    key: str,
    caption: str,
    heading: str,
    groups: Sequence[CaseGroup],
    measures: Iterable[str],
    *,
    total: Figures,
    share: bool = True,
) -> Table:
    """Return a table of groups: the cases received, their ``share`` of all, and ``measures``.

    A group has a row if it has anything in a column, so that the counts of the rows add up to the total.
    """
    whole = int(total.value("received") or 0)
    names = ["received", *measures]

    def row(name: str, figures: Figures) -> Row:
        cells = [cell(figures, measure) for measure in names]
        shares: list[Cell] = [part(int(figures.value("received") or 0), whole)] if share else []
        return (name, cells[0], *shares, *cells[1:])

    counted = [group for group in groups if any(group.figures.base(name) for name in names)]
    columns = [measure_column(name) for name in names]
    shares = [share_column()] if share else []
    return Table(
        key=key,
        caption=caption,
        columns=(Column("name", heading, ColumnKind.TEXT), columns[0], *shares, *columns[1:]),
        rows=tuple(row(group.name, group.figures) for group in counted),
        total=row(pgettext("figures", "Total"), total),
        row_keys=tuple(group.code for group in counted),
    )


def measure_column(name: str) -> Column:
    """Return the column of a measure, with its definition."""
    measure = MEASURES[name]
    return Column(name, str(measure.label), KINDS[measure.unit], str(measure.formula))


def share_column() -> Column:
    """Return the column that says which part of all cases received a row has."""
    return Column(
        "share_received",
        gettext("Share of cases received"),
        ColumnKind.SHARE,
        gettext("The cases received in the row, divided by all cases received."),
    )


def cell(figures: Figures, name: str) -> Cell:
    """Return a measure as a cell; None where there is nothing to measure."""
    return figures.value(name)


def part(count: int, whole: int) -> Decimal | None:
    """Return a share as a part of 1, None of nothing."""
    return Decimal(count) / Decimal(whole) if whole else None
