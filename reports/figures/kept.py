"""Keeps the figures: entries of each case in a table, and their sums by month and by day.

Triggers note each case that changes. A refresh takes the noted cases in batches and replaces their entries, adds the
difference to the sums, and then moves the moment up to which the sums count. A rebuild writes all entries anew, case by
case, and then all sums, month by month. Each step is one transaction under the lock of ``FigureState``: what was
interrupted goes on where it was, and of two processes one waits for the other. The entries of a case that retention
deleted stay: figures of the past do not fall with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any, Final

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet
from django.db.models.functions import Now

from agencies.calendar import AMMAN
from agencies.models import current_calendar
from complaints.models import Case, DeletedCase
from notifications.periodic import RowRun
from reports.figures import kept_sums
from reports.figures.calendar_changes import calendar_record, changed_days
from reports.figures.day_table import day_table
from reports.figures.entries import COLUMNS, entries
from reports.figures.sums import next_month
from reports.models import FigureChange, FigureDay, FigureDuration, FigureEntry, FigureMonth, FigureState, FigureTotal

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
        kept_sums.add_between(_midnight(state.month), min(_midnight(after), state.counting_to))
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
            kept_sums.add_between(state.as_of, at)
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
    kept_sums.replace([key], before=before, parameters=_parameters([key], at=at))


def _replace_all(keys: Sequence[int], *, before: datetime, at: datetime) -> None:
    if not keys:
        return
    kept_sums.replace(keys, before=before, parameters=_parameters(keys, at=at))


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
