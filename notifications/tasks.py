"""The tasks of this app: deliver what a signal announces, sweep for the rest, ask the carriers, compare at night."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from celery import shared_task
from django.conf import settings

from notifications import periodic, reconciliation, runtime
from notifications.models import Lane
from notifications.periodic import NIGHTLY, RowRun, forget_old
from notifications.runtime import database_now
from notifications.sending import claims, delivery, routes, sweep

#: How long one task calls programs outside.
SECONDS_FOR_PROGRAMS: Final = 5.0


@shared_task(name=runtime.TASK, ignore_result=True)
def deliver(lane: str) -> None:
    """Hand over what a lane holds; send another signal for what is left when the time is over."""
    claims.begin_if_restored()
    if lane == Lane.WEBHOOKS:
        # What is left is found by the next sweep: a slow program must not keep a process of scheduled tasks.
        delivery.drain(lane, seconds=SECONDS_FOR_PROGRAMS)
    elif not delivery.drain(lane):
        runtime.notify_workers(lane)


#: What one sweep does, in this order.
SWEEP: Final[Sequence[Callable[[], object]]] = (
    sweep.expire,
    sweep.settle_abandoned,
    sweep.notify_due,
    routes.check_spending,
    sweep.check_queue_age,
    sweep.check_programs,
    sweep.check_undecided,
)


@shared_task(name=sweep.TASK, ignore_result=True)
def sweep_up() -> None:
    """Settle what expired or was abandoned, notify workers of what waits, and keep the alarms up to date.

    A step that fails stops none of the others, but that nothing is sent from a copy comes first.
    """
    claims.begin_if_restored()
    run = RowRun(sweep.TASK, "step", at=database_now())
    for step in SWEEP:
        with run.row(step.__name__, atomic=False):
            step()
    forget_old(run.at)


@shared_task(name=reconciliation.TASK, ignore_result=True)
def ask() -> None:
    """Ask the carriers about what is unknown and what has no final status."""
    reconciliation.check_due_messages()


@shared_task(name=reconciliation.AUDIT_TASK, ignore_result=True, soft_time_limit=3500, time_limit=3600, **NIGHTLY)
def compare_yesterday() -> None:
    """Compare yesterday with the carriers' lists."""
    today = database_now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    reconciliation.compare_day(today - timedelta(days=1))


@shared_task(name=periodic.TASK, ignore_result=True)
def check_backups() -> None:
    """Raise an alarm while the log is not archived or the newest backup is too old; safe to run twice."""
    periodic.check()
