"""Counts the records of each agency once a day, and foretells from them which open promises will be missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from time import monotonic
from typing import Final

from django.db.models import Exists, OuterRef
from django.utils import timezone

from agencies import successions
from agencies.calendar import AMMAN
from agencies.models import Agency, current_calendar
from complaints.models import AnswerRecord, Case, PromiseForecast, PromiseRecord, TrackRecordCount
from complaints.track_record.counting import (
    OpenPromise,
    PromiseCounts,
    RecordKey,
    answer_rows,
    count_answers,
    count_promises,
    open_promises,
)
from complaints.track_record.forecast import LIKELY, miss_chance
from notifications.periodic import RowRun

TASK: Final = "complaints.refresh_track_record"
#: Seconds after which a run leaves the rest to the next one.
DRAIN_SECONDS: Final = 110
#: All agencies together among the rows of the task; they come first, since forecasts fall back to them.
ALL: Final = 0


def refresh(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """Count the records of the agencies not counted today; return how many were. Safe to run twice and at once.

    Each agency is a transaction that replaces its rows, so that a run that is stopped goes on with the next agency.
    """
    today, ends = timezone.localdate(at, AMMAN), monotonic() + seconds
    run, count = RowRun(TASK, "agency", at=at), 0
    continued = successions.continuity(on=today)
    whole = {old: rows[0].final_id for old, rows in continued.rows.items() if all(each.is_whole for each in rows)}
    running: list[OpenPromise] | None = None
    for key in _not_counted(today):
        if running is None:
            running = open_promises(None, at=_midnight(at), calendar=current_calendar())
        if monotonic() > ends:
            break
        if str(key) not in run.waiting:
            with run.row(key):
                agencies = [key, *(old for old, new in whole.items() if new == key)]
                count += _refresh(key, agencies, running, today=today, at=at)
    return count


def _not_counted(today: date) -> Iterator[int]:
    """Yield all agencies together, then each that has cases or had some, without those counted today."""
    counted = {row.agency_id or ALL: row.counted_on for row in TrackRecordCount.objects.all()}
    with_cases = Agency.objects.filter(Exists(Case.objects.filter(agency=OuterRef("pk")))).order_by("pk")
    keys = dict.fromkeys((ALL, *with_cases.values_list("pk", flat=True), *counted))
    return (key for key in keys if counted.get(key) != today)


def _refresh(key: int, agencies: list[int], running: Sequence[OpenPromise], *, today: date, at: datetime) -> int:
    """Replace the rows of one agency; 0 if another run has done so, or is at it."""
    agency, scope = (None, None) if key == ALL else (key, agencies)
    TrackRecordCount.objects.bulk_create([TrackRecordCount(agency_id=agency)], ignore_conflicts=True)
    found = TrackRecordCount.objects.select_for_update(skip_locked=True).filter(agency=agency).first()
    if found is None or found.counted_on == today:
        return 0
    calendar = current_calendar()
    AnswerRecord.objects.filter(agency=agency).delete()
    AnswerRecord.objects.bulk_create(answer_rows(agency, count_answers(scope, at=at, calendar=calendar)))
    promises = count_promises(agency, scope, at=at, calendar=calendar)
    PromiseRecord.objects.filter(agency=agency).delete()
    PromiseRecord.objects.bulk_create(_promise_rows(promises), batch_size=1000)
    found.counted_on = today
    if agency is not None:
        _foretell(agency, found, [promise for promise in running if promise.agency in agencies], promises)
    found.save(update_fields=["counted_on", "open_promises", "unjudged"])
    return 1


def _promise_rows(promises: Mapping[RecordKey, PromiseCounts]) -> Iterable[PromiseRecord]:
    return (
        PromiseRecord(
            agency_id=key.agency,
            directorate_id=key.directorate,
            topic_id=key.topic,
            span=key.span,
            kept=counts.kept,
            missed=counts.missed,
        )
        for key, counts in promises.items()
    )


def _foretell(
    agency: int, count: TrackRecordCount, running: Sequence[OpenPromise], promises: Mapping[RecordKey, PromiseCounts]
) -> None:
    """Replace the forecasts of an agency, by its own promises and where they are too few by those of all."""
    records = {**kept_records(None), **promises}
    chances = [(promise, miss_chance(promise, records, agency=agency)) for promise in running]
    PromiseForecast.objects.filter(agency=agency).delete()
    PromiseForecast.objects.bulk_create(
        [
            PromiseForecast(case_id=promise.case, agency_id=agency, miss_percent=chance.percent, basis=chance.basis)
            for promise, chance in chances
            if chance is not None and chance.percent >= LIKELY
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["agency", "miss_percent", "basis"],
    )
    count.open_promises, count.unjudged = len(running), sum(chance is None for _promise, chance in chances)


def kept_records(agency: int | None) -> dict[RecordKey, PromiseCounts]:
    """Return the records of the promises of an agency, or of all agencies together; one statement."""
    return {
        RecordKey(agency, row.directorate_id, row.topic_id, row.span): PromiseCounts(row.kept, row.missed)
        for row in PromiseRecord.objects.filter(agency=agency)
    }


def _midnight(at: datetime) -> datetime:
    return timezone.localtime(at, AMMAN).replace(hour=0, minute=0, second=0, microsecond=0)
