"""The sums of kept entries by month and by day: made, refreshed, and replaced where cases or the calendar change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from time import monotonic
from types import MappingProxyType
from typing import Any, Final

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet
from django.db.models.functions import Now

from agencies.calendar import AMMAN, CalendarExhausted, Hours, WorkingCalendar
from agencies.models import current_calendar
from complaints.models import Case, DeletedCase
from notifications.periodic import RowRun
from reports.figures.entries import COLUMNS, entries
from reports.figures.sums import AHEAD, MONTH, ORIGIN_MONTH, Dimension, day_table, next_month
from reports.models import FigureChange, FigureDay, FigureDuration, FigureEntry, FigureMonth, FigureState, FigureTotal
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


# ---- Which days became longer, shorter, working or free between two calendars. ----


_DAY: Final = timedelta(days=1)


def calendar_record(calendar: WorkingCalendar) -> dict[str, Any]:
    """Return a calendar as JSON."""
    return {
        "hours": [
            [
                span.opens.isoformat(),
                span.closes.isoformat(),
                span.starts_on.isoformat() if span.starts_on else None,
                span.ends_on.isoformat() if span.ends_on else None,
            ]
            for span in calendar.hours
        ],
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
    }


def changed_days(old: dict[str, Any], new: dict[str, Any], *, since: date, until: date) -> tuple[date, date] | None:
    """Return the first and the last day that differ, from ``since`` to the deadlines that run on ``until``."""
    before, after = _calendar(old), _calendar(new)
    days = [since + _DAY * n for n in range((until + AHEAD - since).days)]
    differing = [day for day in days if _window(before, day) != _window(after, day)]
    return (differing[0], differing[-1]) if differing else None


def _calendar(record: dict[str, Any]) -> WorkingCalendar:
    hours = tuple(
        Hours(time.fromisoformat(opens), time.fromisoformat(closes), _day(first), _day(last))
        for opens, closes, first, last in record.get("hours", [])
    )
    return WorkingCalendar(hours, frozenset(map(date.fromisoformat, record.get("holidays", []))))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _window(calendar: WorkingCalendar, day: date) -> tuple[time, time] | None:
    """Return the working hours of a day, None on a day off or where none are known."""
    if not calendar.is_working_day(day):
        return None
    try:
        hours = calendar.hours_on(day)
    except CalendarExhausted:
        return None
    return hours.opens, hours.closes


# ---- Keeps the figures: entries of each case in a table, and their sums by month and by day. ----
#
# Triggers note each case that changes. A refresh takes the noted cases in batches and replaces their entries, adds
# the difference to the sums, and then moves the moment up to which the sums count. A rebuild writes all entries anew,
# case by case, and then all sums, month by month. Each step is one transaction under the lock of ``FigureState``:
# what was interrupted goes on where it was, and of two processes one waits for the other. The entries of a case that
# retention deleted stay: figures of the past do not fall with it.


TASK: Final = "reports.refresh_figures"
#: For so long one run of the task works; the next goes on.
DRAIN_SECONDS: Final = 100.0
#: Cases whose entries are written in one transaction.
BATCH: Final = 2000
#: The cases that a change of the calendar on some days concerns, besides those open on them.
MOVED_BY_CALENDAR: Final = """
    INSERT INTO reports_figurechange (case_id)
    SELECT id FROM complaints_case
    WHERE filed_at < %(until)s AND (closed_at IS NULL OR changed_at >= %(since)s)
    UNION
    SELECT case_id FROM complaints_clock WHERE pauses <> '{}' AND first_due_at >= %(since)s
"""

type Follow = Callable[[str, int, int], None]


def nobody(_step: str, _done: int, _whole: int) -> None:
    """Follow nothing."""


def refresh(*, at: datetime, seconds: float = float("inf"), follow: Follow = nobody) -> int:
    """Bring the kept figures up to ``at`` and return how many changed cases were counted anew.

    Builds them first where they are not built. Ends after ``seconds``; the next run goes on. Safe to run twice and at
    the same time: one of them does nothing.
    """
    until, counted = monotonic() + seconds, 0
    for take in (_build_entries, _build_sums):
        while monotonic() < until and take(at, follow):
            pass
    while monotonic() < until:
        number = _refresh_batch(at, follow)
        counted += number or 0
        if not number:
            break
    return counted


def rebuild(*, at: datetime, follow: Follow = nobody) -> None:
    """Count all figures anew, or complete a rebuild that was interrupted; pages count from the history meanwhile."""
    with _locked() as state:
        if state is not None and state.as_of is not None:
            FigureState.objects.filter(pk=1).update(as_of=None, position=0, month=None, counting_to=None)
    refresh(at=at, follow=follow)


@contextmanager
def _locked() -> Iterator[FigureState | None]:
    """Lock the state in a transaction; None when somebody else has it."""
    FigureState.objects.get_or_create(pk=1)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Of all tables only the rows of some cases are needed: never a whole one.
            cursor.execute("SET LOCAL enable_seqscan = off")
        yield FigureState.objects.select_for_update(skip_locked=True).filter(pk=1).first()


# ---- building ----


def _build_entries(at: datetime, follow: Follow) -> bool:
    """Write the entries of the next cases; False when there are none left, or nothing is to be built."""
    with _locked() as state:
        if state is None or state.as_of is not None or state.month is not None:
            return False
        if not state.position:
            state.calendar = calendar_record(current_calendar())
            # What changed until now is seen by what follows, and need not be counted twice. A failing case keeps its
            # note, so that it is tried again by itself and then no longer named.
            failing = RowRun(TASK, "case", at=at).failing
            FigureChange.objects.exclude(case_id__in=map(int, failing)).delete()
            # Entries of cases that are gone, and of those that a rebuild counts anew.
            _countable().filter(case_id__lt=_first_case()).delete()
        keys = list(Case.objects.filter(pk__gt=state.position).order_by("pk").values_list("pk", flat=True)[:BATCH])
        if keys:
            _clear(state.position, keys[-1])
            _write(keys, at=at)
            state.position = keys[-1]
            state.save(update_fields=["position", "calendar"])
            follow("entries", state.position, Case.objects.aggregate(last=Max("pk"))["last"])
            return True
        _countable().filter(case_id__gt=state.position).delete()
        _begin_sums(state, at)
        return False


def _first_case() -> int:
    first: int | None = Case.objects.aggregate(first=Min("pk"))["first"]
    return first or 0


def _clear(after: int, last: int) -> None:
    _countable().filter(case_id__gt=after, case_id__lte=last).delete()


def _countable() -> QuerySet[FigureEntry]:
    """Return the entries that can be counted anew; those of deleted cases stay, since their history is gone."""
    return FigureEntry.objects.exclude(case_id__in=DeletedCase.objects.values("case_key"))


def _write(keys: list[int], *, at: datetime) -> None:
    """Write the entries of these cases, which have none."""
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{entries('cases.id = ANY(%(cases)s)')} "  # noqa: S608 - names of ours
            f"INSERT INTO reports_figureentry ({columns}) SELECT {columns} FROM entry",
            _parameters(keys, at=at),
        )


def _parameters(keys: Sequence[int], *, at: datetime) -> dict[str, Any]:
    since: datetime | None = Case.objects.filter(pk__in=keys).aggregate(since=Min("filed_at"))["since"]
    days = day_table(current_calendar(), since=since or at, until=at)
    return {"cases": list(keys), **days.parameters}


def _begin_sums(state: FigureState, at: datetime) -> None:
    first: datetime | None = FigureEntry.objects.aggregate(first=Min("moment"))["first"]
    state.counting_to = at
    state.month = (first or at).astimezone(AMMAN).date().replace(day=1)
    _clear_sums(before=state.month)
    _mark_all_months()
    state.save(update_fields=["counting_to", "month", "calendar"])


def _clear_sums(*, since: date | None = None, before: date | None = None) -> None:
    """Delete the sums from the month of ``since`` to the one before ``before``."""
    totals, durations, days = FigureTotal.objects.all(), FigureDuration.objects.all(), FigureDay.objects.all()
    if since is not None:
        totals, durations = totals.filter(month__gte=since), durations.filter(month__gte=since)
        days = days.filter(moment__gte=_midnight(since))
    if before is not None:
        totals, durations = totals.filter(month__lt=before), durations.filter(month__lt=before)
        days = days.filter(moment__lt=_midnight(before))
    for rows in (totals, durations, days):
        rows.delete()


def _build_sums(_at: datetime, follow: Follow) -> bool:
    """Sum up the next month; False when all are, or nothing is to be built."""
    with _locked() as state:
        if state is None or state.as_of is not None or state.month is None or state.counting_to is None:
            return False
        last = state.counting_to.astimezone(AMMAN).date().replace(day=1)
        if state.month > last:
            _clear_sums(since=next_month(last))
            state.as_of, state.month, state.position = state.counting_to, None, 0
            state.save(update_fields=["as_of", "month", "position"])
            return False
        after = next_month(state.month)
        _clear_sums(since=state.month, before=after)
        add_between(_midnight(state.month), min(_midnight(after), state.counting_to))
        follow("months", state.month.year * 12 + state.month.month, last.year * 12 + last.month)
        state.month = after
        state.save(update_fields=["month"])
        return True


def _mark_all_months() -> None:
    """Note that whatever was made of the sums of any month may be another thing now."""
    FigureMonth.objects.update(changed_at=Now())


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=AMMAN)


# ---- refreshing ----


def _refresh_batch(at: datetime, follow: Follow) -> int | None:
    """Count the next changed cases anew and return their number; without any, move the moment of the sums to ``at``.

    None when the figures are not built, or somebody else is at them. A case that fails is named and left for a while.
    """
    with _locked() as state:
        if state is None or state.as_of is None:
            return None
        _note_calendar_changes(state)
        run = RowRun(TASK, "case", at=at)
        waiting = run.without_waiting(FigureChange.objects.order_by("pk"), field="case_id")
        changes = dict(waiting.values_list("pk", "case_id")[:BATCH])
        if changes:
            existing = _existing(changes.values())
            _recount(run, existing, before=state.as_of)
            if len(existing) < len(set(changes.values())):
                # The causes of accepted objections, which pages show beside the sums, go with their cases.
                _mark_all_months()
            FigureChange.objects.filter(pk__in=changes).exclude(case_id__in=map(int, run.waiting)).delete()
            follow("changes", len(changes), len(changes) + waiting.count())
        elif state.as_of < at:
            add_between(state.as_of, at)
            state.as_of = at
            state.save(update_fields=["as_of"])
        return len(changes)


def _existing(keys: Iterable[int]) -> list[int]:
    """Return the cases that retention has not deleted: what those added to the figures stays as it was."""
    noted = set(keys)
    return sorted(noted - set(DeletedCase.objects.filter(pk__in=noted).values_list("pk", flat=True)))


def _recount(run: RowRun, keys: Sequence[int], *, before: datetime) -> None:
    """Write the entries of these cases anew, all at once; where one of them is bad, each by itself."""
    try:
        with transaction.atomic():
            _replace_all(keys, before=before, at=run.at)
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # noqa: BLE001 - whatever one bad case raises
        for key in keys:
            with run.row(key):
                _replace_one(key, before=before, at=run.at)


def _replace_one(key: int, *, before: datetime, at: datetime) -> None:
    replace([key], before=before, parameters=_parameters([key], at=at))


def _replace_all(keys: Sequence[int], *, before: datetime, at: datetime) -> None:
    if not keys:
        return
    replace(keys, before=before, parameters=_parameters(keys, at=at))


def _note_calendar_changes(state: FigureState) -> None:
    """Note the cases that a change of working days or hours concerns, and keep the new calendar."""
    record = calendar_record(current_calendar())
    if record == state.calendar:
        return
    days = changed_days(state.calendar, record, since=_first_day(), until=(state.as_of or _epoch()).date())
    if days is not None:
        first, last = days
        parameters: Mapping[str, Any] = {
            "since": _midnight(first.replace(day=1)),
            "until": _midnight(last + timedelta(days=1)),
        }
        with connection.cursor() as cursor:
            cursor.execute(MOVED_BY_CALENDAR, parameters)
    state.calendar = record
    state.save(update_fields=["calendar"])


def _epoch() -> datetime:
    return datetime(2000, 1, 1, tzinfo=AMMAN)


def _first_day() -> date:
    first: datetime | None = FigureEntry.objects.aggregate(first=Min("moment"))["first"]
    return (first or _epoch()).astimezone(AMMAN).date()
