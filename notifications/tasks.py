"""What the workers do for the outbox: answer the bell, sweep behind it, ask the carriers, compare at night."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from celery import shared_task
from django.conf import settings

from notifications.reconciliation import audit, status_checks
from notifications.runtime import worker_signal
from notifications.runtime.database_clock import database_now
from notifications.sending import delivery, hold, send_conditions, sweep


@shared_task(name=worker_signal.TASK, ignore_result=True)
def deliver(lane: str) -> None:
    """Hand over what a lane holds; what is left when the time is over is rung for again."""
    hold.watch()
    if not delivery.drain(lane):
        worker_signal.ring(lane)


@shared_task(name="notifications.sweep", ignore_result=True)
def sweep_up() -> None:
    """Settle what expired or was left behind, ring for what no ring reached, sound where something waits too long."""
    hold.watch()
    sweep.expire()
    sweep.recover()
    sweep.ring_due()
    send_conditions.watch_spending()
    sweep.watch_age()
    sweep.watch_unknown()


@shared_task(name="notifications.ask", ignore_result=True)
def ask() -> None:
    """Ask the carriers about what is unknown and what has no final word."""
    status_checks.ask()


@shared_task(name="notifications.compare_lists", ignore_result=True, soft_time_limit=3500, time_limit=3600)
def compare_yesterday() -> None:
    """Compare yesterday with the carriers' lists."""
    today = database_now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    audit.compare_day(today - timedelta(days=1))
