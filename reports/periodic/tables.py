"""Tables of a report: rows of groups under columns of measures, as the figures define them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext, pgettext

from agencies.models import Agency, Governorate, Topic
from reports.documents.tree import Cell, Column, ColumnKind, Document, Row, Table
from reports.drill.lists import COUNTED, cases_url
from reports.figures.measures import MEASURES, Figures, whole_percent
from reports.figures.sums import Key, Scope
from reports.models import PeriodicReport
from reports.periodic import phrases
from reports.periodic.facts import CaseGroup, Earlier, Facts

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


# ---- The lists of cases behind the numbers of a report's tables, in the period of the report. ----


#: What the rows of a table stand for, by its key: a part of a scope.
ROWS: Final[Mapping[str, str]] = {
    "agencies": "agencies",
    "pending": "agencies",
    "governorates": "governorates",
    "topics": "topics",
    "kinds": "kinds",
    "channels": "channels",
}


class CaseLinks:
    """Finds the list of cases behind a cell; three statements for any number of cells."""

    def __init__(self, report: PeriodicReport, document: Document) -> None:
        codes = {
            part: {code for section in document.sections for code in _codes(section.tables, part)}
            for part in ("agencies", "topics", "governorates")
        }
        self._period = report.period
        self._keys: Mapping[str, Mapping[str, Key]] = {
            "agencies": _keys(Agency.objects.all(), codes["agencies"]),
            "topics": _keys(Topic.objects.all(), codes["topics"]),
            "governorates": _keys(Governorate.objects.all(), codes["governorates"]),
        }

    def __call__(self, table: Table, row: int | None, column: Column) -> str:
        """Return the address of the cases behind a cell, empty where it counts no cases of one list."""
        part = ROWS.get(table.key)
        if part is None or column.key not in COUNTED:
            return ""
        if row is None:
            return cases_url(column.key, self._period)
        code = table.row_keys[row]
        known = self._keys.get(part)
        if code and known is not None and code not in known:
            return ""
        key = None if not code else known[code] if known is not None else code
        return cases_url(column.key, self._period, Scope(**{part: frozenset({key})}))


def _codes(tables: tuple[Table, ...], part: str) -> set[str]:
    return {code for table in tables if ROWS.get(table.key) == part for code in table.row_keys if code}


def _keys[M: Agency | Topic | Governorate](rows: QuerySet[M], codes: set[str]) -> Mapping[str, Key]:
    return dict(rows.filter(code__in=codes).values_list("code", "pk"))


# ---- Sentences that several sections say: a number against another period, a measure against the one before. ----
#
# Each states what was counted and how it differs; none says why.


def received(facts: Facts) -> str:
    """Say how many cases were received, and about how many agencies."""
    count, agencies = facts.received, len(facts.agencies)
    if not count:
        return gettext("No case was received %(within)s.") % {"within": facts.within}
    if not agencies:
        sentence = ngettext("%(cases)s was received %(within)s.", "%(cases)s were received %(within)s.", count)
    else:
        sentence = ngettext(
            "%(cases)s was received %(within)s, concerning %(agencies)s.",
            "%(cases)s were received %(within)s, concerning %(agencies)s.",
            count,
        )
    return sentence % {
        "cases": phrases.cases_counted(count),
        "within": facts.within,
        "agencies": phrases.agencies_counted(agencies),
    }


def received_against(earlier: Earlier, facts: Facts) -> str:
    """Say how the number of cases received differs from that of an earlier period."""
    before, difference = earlier.received, facts.received - earlier.received
    words = {
        "period": earlier.name,
        "within": earlier.within,
        "before": phrases.cases(before),
        "difference": phrases.cases_counted(abs(difference)),
        "percent": phrases.share(abs(difference), before),
    }
    if not before:
        return gettext("No case was received %(within)s.") % words
    if not difference:
        return gettext("Compared with %(period)s, the number is the same.") % words
    if difference > 0:
        return (
            gettext("Compared with %(period)s (%(before)s), the number rose by %(difference)s (%(percent)s).") % words
        )
    return gettext("Compared with %(period)s (%(before)s), the number fell by %(difference)s (%(percent)s).") % words


def closed_of_received(facts: Facts) -> str:
    """Say how many of the cases received in the period were closed at its end, and how many were pending."""
    closed, pending = facts.received - facts.received_pending, facts.received_pending
    words = {
        "closed": phrases.cases_counted(closed),
        "closed_share": phrases.share(closed, facts.received),
        "pending": phrases.cases_counted(pending),
        "pending_share": phrases.share(pending, facts.received),
    }
    if not facts.received:
        return ""
    if not pending:
        return gettext("All cases received in the period were closed by its end.")
    if not closed:
        return gettext("None of the cases received in the period was closed by its end.")
    return (
        ngettext(
            "Of the cases received in the period, %(closed)s (%(closed_share)s) had been closed by its end and "
            "%(pending)s (%(pending_share)s) was pending.",
            "Of the cases received in the period, %(closed)s (%(closed_share)s) had been closed by its end and "
            "%(pending)s (%(pending_share)s) were pending.",
            pending,
        )
        % words
    )


def share_against(sentence: str, now: Decimal | None, before: Decimal | None, *, within: str = "") -> str:
    """Return ``sentence`` with ``%(percent)s``, and the difference to ``before`` in percentage points.

    Shares are parts of 1. Nothing is said where nothing was measured. ``within`` says when that was.
    """
    if now is None:
        return ""
    said = sentence % {"percent": phrases.percent(now)}
    if before is None:
        return gettext("%(said)s.") % {"said": said}
    points = whole_percent(now) - whole_percent(before)
    words = {"said": said, "points": phrases.points_counted(abs(points)), "within": within}
    if not points:
        return gettext("%(said)s, as %(within)s.") % words
    if points > 0:
        return gettext("%(said)s, %(points)s more than %(within)s.") % words
    return gettext("%(said)s, %(points)s less than %(within)s.") % words
