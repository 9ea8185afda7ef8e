"""What a day may cost: the caps of the channels, what was spent today, and the alarm when a cap is reached."""

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest, Now, TruncDate

from notifications import alarms
from notifications.models import AlarmKind, Channel, DailySpend
from notifications.runtime.database_clock import database_now

#: The setting that holds the cap of each channel: in parts of SMS, or in e-mails.
CAPS: Final = {Channel.SMS: "SMS_DAILY_CAP", Channel.EMAIL: "EMAIL_DAILY_CAP"}
SPEND: Final = (
    'INSERT INTO notifications_dailyspend (channel, "on", spent) '
    "VALUES (%s, (statement_timestamp() AT TIME ZONE %s)::date, %s) "
    'ON CONFLICT (channel, "on") DO UPDATE SET spent = notifications_dailyspend.spent + EXCLUDED.spent'
)


def spent_channels() -> list[str]:
    """Return the channels whose cap of the day is reached; messages that may wait do so until midnight."""
    caps = {channel: cap for channel, setting in CAPS.items() if (cap := getattr(settings, setting))}
    if not caps:
        return []
    return [row.channel for row in _today().filter(channel__in=caps) if row.spent >= caps[Channel(row.channel)]]


def _today() -> QuerySet[DailySpend]:
    return DailySpend.objects.filter(on=TruncDate(Now(), tzinfo=ZoneInfo(settings.TIME_ZONE)))


def check_spending() -> None:
    """Raise an alarm for each channel whose cap of today is reached, and resolve those of other days."""
    today = database_now().astimezone(ZoneInfo(settings.TIME_ZONE)).date().isoformat()
    used_up = {f"{channel} {today}" for channel in spent_channels()}
    for about in used_up:
        alarms.raise_alarm(AlarmKind.CAP_REACHED, about)
    for alarm in alarms.open_alarms().filter(kind=AlarmKind.CAP_REACHED).exclude(about__in=used_up):
        alarms.resolve(AlarmKind.CAP_REACHED, alarm.about)


def count_spending(segments: Mapping[str, int]) -> None:
    """Add what goes on the wire to the spending of today, in the caller's transaction.

    Senders may overstep a cap by what they have claimed at that moment.
    """
    with connection.cursor() as cursor:
        for channel, number in sorted(segments.items()):
            cursor.execute(SPEND, [channel, settings.TIME_ZONE, number])


def refund(segments: Mapping[str, int]) -> None:
    """Take what was counted for messages that were certainly not taken off the spending of today."""
    for channel, number in sorted(segments.items()):
        _today().filter(channel=channel).update(spent=Greatest(F("spent") - number, 0))
