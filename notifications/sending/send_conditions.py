"""What keeps ripe messages back: the night, the spending of the day, a hold after a restore, stopped lines."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Now, TruncDate, TruncTime
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from notifications import alarms
from notifications.models import AlarmKind, Channel, DailySpend, Hold, Message, MessageQuerySet
from notifications.runtime.database_clock import database_now
from notifications.sending.routes import RoutingTable

CAPS: Final = {Channel.SMS: "SMS_DAILY_CAP", Channel.EMAIL: "EMAIL_DAILY_CAP"}
SPEND: Final = (
    'INSERT INTO notifications_dailyspend (channel, "on", spent) '
    "VALUES (%s, (statement_timestamp() AT TIME ZONE %s)::date, %s) "
    'ON CONFLICT (channel, "on") DO UPDATE SET spent = notifications_dailyspend.spent + EXCLUDED.spent'
)
# Operators are told of a hold in spite of it.
PASSES_THE_HOLD: Final = "operator_alarm"


def sendable(routes: RoutingTable) -> MessageQuerySet:
    """Return what a sender may claim now: ripe, by day where it has to be, within the cap, on an open line."""
    held = Exists(Hold.objects.filter(ended_at__isnull=True))
    return (
        Message.objects.ripe()
        .filter(~held | Q(template=PASSES_THE_HOLD))
        .filter(channel__in=routes.open_channels())
        .filter(may_wake(Now()))
        .exclude(daytime=True, channel__in=spent_channels())
    )


def may_wake(moment: Combinable) -> Q:
    """Return the condition that a message may leave at a moment of the database's clock: an e-mail wakes nobody."""
    hours = quiet_hours()
    if hours is None:
        return Q()
    local = TruncTime(moment, tzinfo=ZoneInfo(settings.TIME_ZONE))
    begins, ends = hours
    after, before = Q(GreaterThanOrEqual(local, ends)), Q(LessThan(local, begins))
    by_day = after & before if begins > ends else after | before
    return Q(daytime=False) | ~Q(channel=Channel.SMS) | by_day


def quiet_hours() -> tuple[time, time] | None:
    """Return when the night begins and ends for those who are not to be woken; ValueError names a wrong setting."""
    text = settings.QUIET_HOURS
    if not text:
        return None
    begins, _, ends = text.partition("-")
    return time.fromisoformat(begins.strip()), time.fromisoformat(ends.strip())


def morning_after(moment: datetime) -> datetime | None:
    """Return when the night that ``moment`` lies in is over; None by day, or where no hours are quiet."""
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


def spent_channels() -> list[str]:
    """Return the channels whose spending of the day is used up; messages that may wait do so until midnight."""
    caps = {channel: cap for channel, setting in CAPS.items() if (cap := getattr(settings, setting))}
    if not caps:
        return []
    return [row.channel for row in _today().filter(channel__in=caps) if row.spent >= caps[Channel(row.channel)]]


def _today() -> QuerySet[DailySpend]:
    return DailySpend.objects.filter(on=TruncDate(Now(), tzinfo=ZoneInfo(settings.TIME_ZONE)))


def check_spending() -> None:
    """Raise an alarm for each channel whose spending of today is used up, and resolve those of other days."""
    today = database_now().astimezone(ZoneInfo(settings.TIME_ZONE)).date().isoformat()
    used_up = {f"{channel} {today}" for channel in spent_channels()}
    for about in used_up:
        alarms.raise_alarm(AlarmKind.CAP_REACHED, about)
    for alarm in alarms.open_alarms().filter(kind=AlarmKind.CAP_REACHED).exclude(about__in=used_up):
        alarms.resolve(AlarmKind.CAP_REACHED, alarm.about)


def count_spending(segments: Mapping[str, int]) -> None:
    """Add what goes on the wire to the spending of the day, in the caller's transaction.

    Senders may overstep a cap by what they hold in their hands at that moment.
    """
    with connection.cursor() as cursor:
        for channel, number in sorted(segments.items()):
            cursor.execute(SPEND, [channel, settings.TIME_ZONE, number])


def refund(segments: Mapping[str, int]) -> None:
    """Take back what was counted for messages that were certainly not taken."""
    for channel, number in sorted(segments.items()):
        _today().filter(channel=channel).update(spent=Greatest(F("spent") - number, 0))
