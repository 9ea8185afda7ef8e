"""Notifies each operator once of each alarm about the sending of messages."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.contact import to_staff
from accounts.models import User, operators
from kit.dates import day_digits
from notifications import alarms, outbox
from notifications.models import Alarm, Channel
from notifications.periodic import RowRun

logger = logging.getLogger(__name__)

TASK = "accounts.notify_operators"


def notify_operators(at: datetime) -> int:
    """Owe an SMS and an e-mail to every operator for each new alarm; return how many alarms there were.

    While there is no operator, the alarms stay new and this is logged each time.
    """
    with transaction.atomic():
        people = list(operators(timezone.localdate(at)))
        if not people:
            _log_no_operator()
            return 0
        run, told = RowRun(TASK, "alarm", at=at), 0
        for alarm in alarms.lock_untold(leaving_out=run.waiting):
            with run.row(alarm.pk):
                alarms.mark_told(alarm)
                notices = [notice for person in people for notice in _notices(alarm, person)]
                outbox.owe(notices, occasion=f"alarm:{alarm.pk}", at=at)
                told += 1
    return told


def _notices(alarm: Alarm, person: User) -> Iterator[outbox.Notice]:
    on = timezone.localdate(alarm.raised_at)
    return to_staff(
        "operator_alarm",
        person,
        lambda: {"alarm": alarm.get_kind_display(), "date": day_digits(on)},
        by=(Channel.SMS, Channel.EMAIL),
        daytime=False,
    )


def _log_no_operator() -> None:
    if waiting := alarms.open_alarms().filter(told_at__isnull=True).count():
        logger.critical("Nobody can be told of the alarms of the messages.", extra={"alarms": waiting})
