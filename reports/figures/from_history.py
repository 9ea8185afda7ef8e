"""Figures counted from the history of the cases: the definition that kept totals are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

from agencies.models import current_calendar
from kit import replica
from reports.figures.day_table import DayTable, day_table
from reports.figures.entries import entries
from reports.figures.measures import NAMES
from reports.figures.scopes import Dimension, Scope
from reports.figures.sums import MONTH, WEIGHTS, Sums, amount_columns, scope_condition, weights

#: The cases that can count: filed before the end, and open or changed since the start.
WHICH = """cases.filed_at < %(end)s AND (
        cases.closed_at IS NULL OR cases.changed_at >= %(start)s OR cases.reference IN (
            SELECT reference FROM notifications_message WHERE state = 'undeliverable' AND settled_at >= %(start)s
        ) OR cases.id IN (
            SELECT answer.case_id FROM reports_audititem AS item
            JOIN complaints_answer AS answer ON answer.id = item.answer_id WHERE item.judged_at >= %(start)s
        )
    )"""
CASE_DIMENSIONS = (Dimension.TOPIC, Dimension.KIND, Dimension.CHANNEL, Dimension.GOVERNORATE)


def count(start: datetime, end: datetime, *, by: Sequence[Dimension], scope: Scope) -> Sums:
    """Count the cases from ``start`` to ``end`` by the agency they were with at the end.

    The agencies of ``scope`` are not looked at: whose work an agency does is the caller's question. Two queries.
    """
    found = Sums.empty()
    chosen = _chosen(start, end, scope)
    if chosen is None:
        return found
    with connections[replica.database()].cursor() as cursor:
        statement = entries(chosen.which) + _sums(by)
        cursor.execute(statement, {**chosen.parameters, **weights(chosen.days, start=start, end=end)})
        for row in cursor.fetchall():
            _add(found, row, width=len(by))
    return found


def chosen_entries(start: datetime, end: datetime, scope: Scope) -> tuple[str, dict[str, Any]]:
    """Return the beginning of a statement over the entries from ``start`` to ``end``, and its parameters; "" for none.

    The agencies of ``scope`` are not looked at. One query.
    """
    chosen = _chosen(start, end, scope)
    return (entries(chosen.which), chosen.parameters) if chosen else ("", {})


@dataclass(frozen=True)
class _Chosen:
    """The SQL that chooses cases, the parameters of their entries, and the calendar that is among them."""

    which: str
    parameters: dict[str, Any]
    days: DayTable


def _chosen(start: datetime, end: datetime, scope: Scope) -> _Chosen | None:
    """Return the cases that can count; None if there are none."""
    parameters: dict[str, Any] = {"start": start, "end": end}
    which = f"{WHICH} AND {scope_condition(scope, CASE_DIMENSIONS, parameters, table='cases.')}"
    with connections[replica.database()].cursor() as cursor:
        cursor.execute(f"SELECT min(filed_at) FROM complaints_case AS cases WHERE {which}", parameters)  # noqa: S608 - names of ours
        since = cursor.fetchone()[0]
    if since is None:
        return None
    days = day_table(current_calendar(), since=min(since, start), until=end)
    return _Chosen(which, {**parameters, **days.parameters}, days)


def _sums(by: Sequence[Dimension]) -> str:
    columns = "".join(f"{dimension}, " for dimension in by)
    keys = columns.rstrip(", ")
    amounts = amount_columns(
        flows="origin >= %(start)s", held="CASE WHEN moment < %(start)s THEN %(whole)s ELSE weight.seconds END"
    )
    return f"""
        SELECT {columns}grouping(decide_days), grouping(answer_days), decide_days, answer_days, {amounts}
        FROM entry {WEIGHTS} ON weight.month = {MONTH}
        WHERE moment < %(end)s
        GROUP BY GROUPING SETS (({keys}), ({columns}decide_days), ({columns}answer_days))"""  # noqa: S608 - names of ours


def _add(found: Sums, row: tuple[Any, ...], *, width: int) -> None:
    cell, days, amounts = row[:width], row[width : width + 4], row[width + 4 :]
    no_decision, no_answer, decide_days, answer_days = days
    if no_decision and no_answer:
        found.add(cell, amounts)
    elif not no_decision and decide_days is not None:
        found.add_days(cell, acts="decided", days=decide_days, number=int(amounts[NAMES.index("decided")] or 0))
    elif not no_answer and answer_days is not None:
        found.add_days(cell, acts="answered", days=answer_days, number=int(amounts[NAMES.index("answered")] or 0))
