"""When each periodic task was sent, started and completed: one row for each task, whoever sends or runs it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from celery.schedules import crontab
from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Now

from notifications.models import PeriodicTask

#: What runs once a night is tried again in the same night when it met an outage of the database.
NIGHTLY: Final[Mapping[str, Any]] = {"tries_after_outage": 5}
#: After this span without any start the schedule counts as stopped; the most frequent task starts every ten seconds.
STOPPED_AFTER: Final = timedelta(seconds=75)
#: A task that has missed so many of its runs is late, but never one that was due within the shortest span.
MISSED_RUNS: Final = 3
SHORTEST: Final = timedelta(minutes=3)
#: A task of a certain time of day is late after this.
A_DAY_AND_MORE: Final = timedelta(hours=26)


def spans() -> Mapping[str, timedelta]:
    """Return, by task of the schedule, the time within which it must have completed again."""
    return {entry["task"]: _span(entry["schedule"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def _span(schedule: float | crontab) -> timedelta:
    if isinstance(schedule, crontab):
        return A_DAY_AND_MORE
    return max(SHORTEST, MISSED_RUNS * timedelta(seconds=schedule))


def last_sent(names: Iterable[str], *, at: datetime) -> Mapping[str, datetime]:
    """Return when each task was last sent; one that is new counts as sent at ``at``."""
    names = set(names)
    sent = dict(PeriodicTask.objects.filter(name__in=names).values_list("name", "sent_at"))
    if unknown := names - sent.keys():
        rows = [PeriodicTask(name=name, sent_at=at) for name in unknown]
        PeriodicTask.objects.bulk_create(rows, ignore_conflicts=True)
    return dict.fromkeys(unknown, at) | sent


def claim(name: str, *, seen: datetime, at: datetime) -> bool:
    """Record that a task is sent at ``at``, unless another beat has sent it since ``seen``; tell whether to send.

    In the transaction in which it is sent, so that a failure to send leaves no trace.
    """
    return bool(PeriodicTask.objects.filter(name=name, sent_at=seen).update(sent_at=at))


def record_start(name: str) -> None:
    """Record that a worker has begun with a task."""
    PeriodicTask.objects.filter(name=name).update(started_at=Now())


def record_end(name: str, *, error: str = "") -> None:
    """Record that a run of a task has completed, or failed by the error of this class."""
    fields = {"failed_at": Now(), "error": error} if error else {"completed_at": Now()}
    PeriodicTask.objects.filter(name=name).update(**fields)


def last_start() -> datetime | None:
    """Return when a worker last began with any periodic task; None before the first."""
    found: datetime | None = PeriodicTask.objects.aggregate(last=Max("started_at"))["last"]
    return found


def is_running() -> bool:
    """Tell, by the database's clock, whether any periodic task has started lately."""
    return PeriodicTask.objects.filter(started_at__gt=Now() - STOPPED_AFTER).exists()


def is_sending() -> bool:
    """Tell whether beat has sent any task lately, by the database's clock."""
    return PeriodicTask.objects.filter(sent_at__gt=Now() - STOPPED_AFTER).exists()


def not_completed() -> Mapping[str, datetime | None]:
    """Return the tasks of the schedule that have not completed within their span, each with when it last did."""
    rows = PeriodicTask.objects.annotate(now=Now())
    limits = spans()
    return {
        row.name: row.completed_at
        for row in rows
        if row.name in limits and (row.completed_at is None or row.now - row.completed_at > limits[row.name])
    }
