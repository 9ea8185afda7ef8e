"""The sums of kept entries by month and by day: adding entries to them, and replacing those of changed cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from django.db import connection

from reports.figures.entries import COLUMNS, entries
from reports.figures.scopes import Dimension
from reports.figures.sums import MONTH, ORIGIN_MONTH
from reports.models.figures import AMOUNTS, BY_DAY, CELL, DAYS

_A, _T, _K, _C, _G = Dimension
#: The dimensions that sums are kept by; other combinations are summed from the entries themselves.
SETS: Final[tuple[tuple[Dimension, ...], ...]] = (
    (_A,),
    (_T,),
    (_K,),
    (_C,),
    (_G,),
    (_A, _T),
    (_A, _K),
    (_A, _C),
    (_A, _G),
    (_T, _K),
    (_T, _C),
    (_T, _G),
    (_K, _C),
    (_K, _G),
    (_C, _G),
)
#: What days are kept by, and what of: everything of all cases together, ``BY_DAY`` of the parts that pages break down.
DAY_SETS: Final[Mapping[tuple[Dimension, ...], tuple[str, ...]]] = MappingProxyType(
    {(): (*AMOUNTS, *DAYS), (_A,): BY_DAY, (_T,): BY_DAY, (_K,): BY_DAY}
)
_KEYS: Final = ", ".join(CELL)
_SETS_SQL: Final = ", ".join(f"({', '.join(keys)})" for keys in SETS)
_ANY: Final = " OR ".join(f"{name} <> 0" for name in AMOUNTS)


def rolled_up(by: Iterable[Dimension]) -> int:
    """Return the number by which sums by these dimensions are known: a bit for each dimension that is not one."""
    kept = set(by)
    return sum(1 << place for place, name in enumerate(reversed(CELL)) if name not in kept)


def _amounts(sign: str) -> str:
    return ", ".join(f"{sign}{name} AS {name}" for name in AMOUNTS)


def _summed() -> str:
    return ", ".join(f"nullif(sum({name}), 0)::bigint AS {name}" for name in AMOUNTS)


def _added(table: str) -> str:
    return ", ".join(
        f"{name} = nullif(coalesce({table}.{name}, 0) + coalesce(excluded.{name}, 0), 0)" for name in AMOUNTS
    )


# The differences of one day and cell come together first: most entries of a changed case are as they were.
_DELTA: Final = f"""
summed AS (
    SELECT date_trunc('day', moment, 'Asia/Amman') AS moment, date_trunc('day', origin, 'Asia/Amman') AS origin,
        {_KEYS}, {", ".join(DAYS)}, {_summed()}
    FROM moved GROUP BY 1, 2, {_KEYS}, {", ".join(DAYS)}
),
delta AS MATERIALIZED (
    SELECT {MONTH} AS month, {ORIGIN_MONTH} AS origin_month, summed.* FROM summed WHERE {_ANY}
)"""  # noqa: S608 - names of ours
_TOTAL_COLUMNS: Final = f"rolled_up, month, origin_month, {_KEYS}, {', '.join(AMOUNTS)}"
_TOTALS: Final = f"""
    SELECT * FROM (
        SELECT grouping({_KEYS}) AS rolled_up, month, origin_month, {_KEYS},
            {_summed()}
        FROM delta GROUP BY month, origin_month, GROUPING SETS ({_SETS_SQL})
    ) AS summed WHERE {_ANY}"""  # noqa: S608 - names of ours
_DURATION_COLUMNS: Final = f"rolled_up, month, origin_month, {_KEYS}, acts, days, number"
_DURATIONS: Final = f"""
    SELECT grouping({_KEYS}) AS rolled_up, month, origin_month, {_KEYS}, acts, days, sum(number)::bigint AS number
    FROM (
        SELECT *, 'decided' AS acts, decide_days AS days, decided AS number FROM delta
        WHERE decide_days IS NOT NULL AND decided <> 0
        UNION ALL
        SELECT *, 'answered', answer_days, answered FROM delta WHERE answer_days IS NOT NULL AND answered <> 0
    ) AS done
    GROUP BY month, origin_month, acts, days, GROUPING SETS ({_SETS_SQL})
    HAVING sum(number) <> 0"""  # noqa: S608 - names of ours
_DAY_COLUMNS: Final = f"rolled_up, moment, origin, {_KEYS}, {', '.join((*DAYS, *AMOUNTS))}"
_TYPES: Final = dict.fromkeys(CELL, "bigint") | {_K: "varchar", _C: "varchar"} | dict.fromkeys(DAYS, "int")


def _daily(keys: Sequence[Dimension], names: Sequence[str]) -> str:
    """Return the SQL of the days by ``keys``; what is not among ``names`` is left empty."""
    grouped = [name for name in (*CELL, *DAYS) if name in {*keys, *names}]
    columns = [name if name in grouped else f"NULL::{_TYPES[name]} AS {name}" for name in (*CELL, *DAYS)]
    columns += [f"{f'nullif(sum({name}), 0)' if name in names else 'NULL'}::bigint AS {name}" for name in AMOUNTS]
    return f"""SELECT {rolled_up(keys)} AS rolled_up, moment, origin, {", ".join(columns)}
        FROM delta GROUP BY {", ".join(("moment", "origin", *grouped))}"""  # noqa: S608 - names of ours


_EACH_DAY: Final = " UNION ALL ".join(_daily(keys, names) for keys, names in DAY_SETS.items())
_DAILY: Final = f"SELECT * FROM ({_EACH_DAY}) AS summed WHERE {_ANY}"  # noqa: S608 - names of ours
_ADD: Final = f"""{_DELTA},
daily AS (
    INSERT INTO reports_figureday ({_DAY_COLUMNS}) {_DAILY}
    ON CONFLICT (rolled_up, moment, origin, {_KEYS}, {", ".join(DAYS)}) DO UPDATE SET {_added("reports_figureday")}
),
total AS (
    INSERT INTO reports_figuretotal ({_TOTAL_COLUMNS}) {_TOTALS}
    ON CONFLICT (rolled_up, month, origin_month, {_KEYS}) DO UPDATE SET {_added("reports_figuretotal")}
),
changed AS (
    INSERT INTO reports_figuremonth (month, changed_at) SELECT month, clock_timestamp() FROM delta GROUP BY month
    ON CONFLICT (month) DO UPDATE SET changed_at = excluded.changed_at
)
INSERT INTO reports_figureduration ({_DURATION_COLUMNS}) {_DURATIONS}
ON CONFLICT (rolled_up, month, origin_month, {_KEYS}, acts, days)
DO UPDATE SET number = reports_figureduration.number + excluded.number
"""  # noqa: S608 - names of ours
_MOVED_BETWEEN: Final = (
    "WITH moved AS (SELECT * FROM reports_figureentry WHERE moment >= %(start)s AND moment < %(end)s)"
)

_COLUMNS: Final = ", ".join(COLUMNS)
_PLAIN: Final = ", ".join(name for name in COLUMNS if name not in AMOUNTS)


def add_between(start: datetime, end: datetime) -> None:
    """Add the entries whose moment lies from ``start`` to before ``end`` to the sums, which do not have them."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_MOVED_BETWEEN}, {_ADD}", {"start": start, "end": end})


def differing(start: datetime, end: datetime) -> list[tuple[str, str]]:
    """Return the rows of sums of the month of ``start`` that are "kept" or "counted" otherwise, as JSON.

    Counted are the entries from ``start`` to before ``end``; one statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING, {"start": start, "end": end})
        rows: list[tuple[str, str]] = cursor.fetchall()
        return rows


def _unequal(kept: str, counted: str) -> str:
    return f"""SELECT 'kept' AS source, jsonb_strip_nulls(to_jsonb(one)) AS row
        FROM ({kept} EXCEPT ALL {counted}) AS one
        UNION ALL SELECT 'counted', jsonb_strip_nulls(to_jsonb(other)) FROM ({counted} EXCEPT ALL {kept}) AS other"""  # noqa: S608 - names of ours


_OF_MONTH: Final = "month = date_trunc('month', %(start)s::timestamptz AT TIME ZONE 'Asia/Amman')::date"
_IN_MONTH: Final = """date_trunc('month', moment, 'Asia/Amman')
    = date_trunc('month', %(start)s::timestamptz, 'Asia/Amman')"""
_DIFFERING: Final = f"""{_MOVED_BETWEEN}, {_DELTA},
daily AS MATERIALIZED ({_DAILY}),
total AS MATERIALIZED ({_TOTALS}),
duration AS MATERIALIZED ({_DURATIONS})
{
    _unequal(
        f"SELECT {_TOTAL_COLUMNS} FROM reports_figuretotal WHERE {_OF_MONTH} AND ({_ANY})",
        f"SELECT {_TOTAL_COLUMNS} FROM total",
    )
}
UNION ALL
{
    _unequal(
        f"SELECT {_DURATION_COLUMNS} FROM reports_figureduration WHERE {_OF_MONTH} AND number <> 0",
        f"SELECT {_DURATION_COLUMNS} FROM duration",
    )
}
UNION ALL
{
    _unequal(
        f"SELECT {_DAY_COLUMNS} FROM reports_figureday WHERE {_IN_MONTH} AND ({_ANY})",
        f"SELECT {_DAY_COLUMNS} FROM daily",
    )
}
ORDER BY 2, 1
"""  # noqa: S608 - names of ours


def replace(cases: Sequence[int], *, before: datetime, parameters: dict[str, Any]) -> None:
    """Write the entries of ``cases`` anew, and add to the sums what differs before the moment they count up to."""
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, parameters | {"cases": list(cases), "before": before})


_REPLACE: Final = f"""{entries("cases.id = ANY(%(cases)s)")},
gone AS (DELETE FROM reports_figureentry WHERE case_id = ANY(%(cases)s) RETURNING {_COLUMNS}),
fresh AS (INSERT INTO reports_figureentry ({_COLUMNS}) SELECT {_COLUMNS} FROM entry RETURNING {_COLUMNS}),
moved AS (
    SELECT {_PLAIN}, {_amounts("-")} FROM gone WHERE moment < %(before)s
    UNION ALL
    SELECT {_PLAIN}, {_amounts("")} FROM fresh WHERE moment < %(before)s
), {_ADD}"""  # noqa: S608 - names of ours
