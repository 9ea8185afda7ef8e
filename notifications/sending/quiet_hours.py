"""The hours of the night in which an SMS that may wait is not sent."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncTime
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from notifications.models import Channel


def quiet_hours() -> tuple[time, time] | None:
    """Return when the quiet hours begin and end, None if there are none; raise ValueError for a wrong setting."""
    text = settings.QUIET_HOURS
    if not text:
        return None
    begins, _, ends = text.partition("-")
    return time.fromisoformat(begins.strip()), time.fromisoformat(ends.strip())


def wakes_nobody(moment: Combinable) -> Q:
    """Return the condition that a message sent at ``moment``, by the database's clock, wakes nobody who may sleep.

    Only an SMS wakes anybody, and only one in daytime has to wait.
    """
    hours = quiet_hours()
    if hours is None:
        return Q()
    local = TruncTime(moment, tzinfo=ZoneInfo(settings.TIME_ZONE))
    begins, ends = hours
    after, before = Q(GreaterThanOrEqual(local, ends)), Q(LessThan(local, begins))
    by_day = after & before if begins > ends else after | before
    return Q(daytime=False) | ~Q(channel__in=(Channel.SMS, Channel.PUSH)) | by_day


def morning_after(moment: datetime) -> datetime | None:
    """Return when the quiet hours that ``moment`` lies in end; None if it lies in none."""
    hours = quiet_hours()
    if hours is None:
        return None
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    begins, ends = hours
    clock = local.time()
    is_night = begins <= clock or clock < ends if begins > ends else begins <= clock < ends
    if not is_night:
        return None
    day = local.date() + timedelta(days=1 if clock >= ends else 0)
    return datetime.combine(day, ends, tzinfo=local.tzinfo)


def last_end(moment: datetime) -> datetime | None:
    """Return when quiet hours last ended before ``moment``; None if there are none."""
    hours = quiet_hours()
    if hours is None:
        return None
    local = moment.astimezone(ZoneInfo(settings.TIME_ZONE))
    today = datetime.combine(local.date(), hours[1], tzinfo=local.tzinfo)
    return today if today <= local else today - timedelta(days=1)
