"""Tells the operators of what is wrong with the sending of messages: each of them, once for each alarm."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.contact.recipients import to_staff
from accounts.models import User, operators
from kit.dates import day_digits
from notifications import alarms, outbox
from notifications.models import Alarm, Channel

logger = logging.getLogger(__name__)


def tell(at: datetime) -> int:
    """Owe a message by SMS and one by e-mail to every operator for each alarm nobody was told of; return how many.

    An alarm that nobody can be told of stays untold, and is logged each time.
    """
    with transaction.atomic():
        people = list(operators(timezone.localdate(at)))
        if not people:
            _log_silence()
            return 0
        untold = alarms.take_untold()
        for alarm in untold:
            notices = [notice for person in people for notice in _notices(alarm, person)]
            outbox.owe(notices, occasion=f"alarm:{alarm.pk}", at=at)
    return len(untold)


def _notices(alarm: Alarm, person: User) -> Iterator[outbox.Notice]:
    on = timezone.localdate(alarm.raised_at)
    return to_staff(
        "operator_alarm",
        person,
        lambda: {"alarm": alarm.get_kind_display(), "date": day_digits(on)},
        by=(Channel.SMS, Channel.EMAIL),
        daytime=False,
    )


def _log_silence() -> None:
    if waiting := alarms.open_alarms().filter(told_at__isnull=True).count():
        logger.critical("Nobody can be told of the alarms of the messages.", extra={"alarms": waiting})
