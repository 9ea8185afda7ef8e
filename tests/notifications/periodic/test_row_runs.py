"""A run over the rows of a task: which failures raise an alarm, how long a row waits, and when it is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from notifications import alarms
from notifications.models import AlarmKind, FailingRow
from notifications.periodic import MOST_ALARMS, RowRun, forget_old

pytestmark = pytest.mark.django_db

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


def opened() -> list[str]:
    return [alarm.about for alarm in alarms.open_alarms().filter(kind=AlarmKind.ROW_FAILED)]


def fail(run: RowRun, key: object, error: Exception) -> None:
    with run.row(key):
        raise error


def test_a_defect_that_meets_every_row_raises_few_alarms() -> None:
    run = RowRun("task", "row", at=JANUARY)
    for key in range(10):
        fail(run, key, ValueError())
    assert (len(opened()), FailingRow.objects.count(), len(run.waiting)) == (MOST_ALARMS, 10, 10)


def test_a_locked_row_is_no_alarm_until_it_has_been_locked_three_times() -> None:
    for minutes, alarm in ((0, []), (1, []), (3, ["task row 1"])):
        fail(RowRun("task", "row", at=JANUARY + timedelta(minutes=minutes)), 1, OperationalError())
        assert opened() == alarm


def test_the_waits_grow_to_six_hours_and_no_longer() -> None:
    waits = []
    for _ in range(12):
        fail(RowRun("task", "row", at=JANUARY), 1, ValueError())
        waits.append((FailingRow.objects.get().retry_at - JANUARY) / timedelta(minutes=1))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]


def test_a_row_that_its_task_does_not_meet_any_more_is_forgotten() -> None:
    fail(RowRun("task", "row", at=JANUARY), 1, ValueError())
    forget_old(JANUARY + timedelta(days=2))
    assert opened() == ["task row 1"]
    forget_old(JANUARY + timedelta(days=2, minutes=1))
    assert (opened(), FailingRow.objects.count()) == ([], 0)


@pytest.mark.parametrize("error", [SystemExit(), KeyboardInterrupt()])
def test_the_end_of_the_process_is_no_bad_row(error: BaseException) -> None:
    with pytest.raises(type(error)), RowRun("task", "row", at=timezone.now()).row(1):
        raise error
    assert FailingRow.objects.count() == 0
