"""Figures counted from the history of the cases: the definition that kept totals are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connections

from agencies.models import current_calendar
from kit import replica
from reports.figures.day_table import day_table
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
    with connections[replica.database()].cursor() as cursor:
        parameters: dict[str, Any] = {"start": start, "end": end}
        which = f"{WHICH} AND {scope_condition(scope, CASE_DIMENSIONS, parameters, table='cases.')}"
        cursor.execute(f"SELECT min(filed_at) FROM complaints_case AS cases WHERE {which}", parameters)  # noqa: S608 - names of ours
        since = cursor.fetchone()[0]
        if since is None:
            return found
        days = day_table(current_calendar(), since=min(since, start), until=end)
        cursor.execute(_statement(which, by), {**parameters, **days.parameters, **weights(days, start=start, end=end)})
        for row in cursor.fetchall():
            _add(found, row, width=len(by))
    return found


def _statement(which: str, by: Sequence[Dimension]) -> str:
    columns = "".join(f"{dimension}, " for dimension in by)
    keys = columns.rstrip(", ")
    amounts = amount_columns(
        flows="origin >= %(start)s", held="CASE WHEN moment < %(start)s THEN %(whole)s ELSE weight.seconds END"
    )
    return f"""{entries(which)}
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
