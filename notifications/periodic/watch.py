"""Notices that the schedule has stopped or that a task is late: asked every few seconds by each worker."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from notifications import alarms
from notifications.models import AlarmKind
from notifications.periodic import runs

#: A late task is believed only of a schedule that has been seen running for so long: after a start all are late.
WATCHED_BEFORE: Final = timedelta(hours=1)


class Watch:
    """What one process has seen of the schedule, in time of its own that no clock moves.

    A machine's clock may jump: that nothing starts is known from a moment that does not change, not from its age.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._last_start: datetime | None = None
        self._changed = self._running_since = clock()

    def check(self) -> bool:
        """Raise and resolve the alarms about the schedule; tell whether it runs. Two statements if nothing is wrong."""
        now, last = self._clock(), runs.last_start()
        if last != self._last_start:
            self._last_start, self._changed = last, now
            alarms.resolve(AlarmKind.SCHEDULE_STOPPED)
        elif now - self._changed > runs.STOPPED_AFTER.total_seconds():
            self._running_since = now
            alarms.raise_alarm(AlarmKind.SCHEDULE_STOPPED)
            return False
        self._check_tasks(now)
        return True

    def _check_tasks(self, now: float) -> None:
        late = runs.not_completed()
        spans = runs.spans()
        watched = timedelta(seconds=now - self._running_since)
        for name in late:
            if watched > min(spans[name], WATCHED_BEFORE):
                alarms.raise_alarm(AlarmKind.TASK_LATE, name)
        for alarm in alarms.open_alarms().filter(kind=AlarmKind.TASK_LATE).exclude(about__in=late):
            alarms.resolve(AlarmKind.TASK_LATE, alarm.about)
