"""What a day may cost: the caps of the channels, what was spent today, and the alarm when a cap is reached."""

from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest, Now, TruncDate

from notifications import alarms
from notifications.models import AlarmKind, Channel, DailySpend, Lane, Message
from notifications.runtime import database_now

#: The setting that holds the cap of each channel: in parts of SMS, or in e-mails.
CAPS: Final = {Channel.SMS: "SMS_DAILY_CAP", Channel.EMAIL: "EMAIL_DAILY_CAP"}
SPEND: Final = (
    'INSERT INTO notifications_dailyspend (channel, "on", spent) '
    "VALUES (%s, (statement_timestamp() AT TIME ZONE %s)::date, %s) "
    'ON CONFLICT (channel, "on") DO UPDATE SET spent = notifications_dailyspend.spent + EXCLUDED.spent'
)


def spent_channels() -> list[str]:
    """Return the channels whose cap of the day is reached; messages that may wait do so until midnight."""
    if not (caps := _caps()):
        return []
    return [row.channel for row in _today().filter(channel__in=caps) if row.spent >= caps[Channel(row.channel)]]


def within_caps(messages: Iterable[Message]) -> list[Message]:
    """Return the messages, in order, that the caps of today leave room for; today's rows stay locked until the commit.

    Without a cap nothing is locked.
    """
    if not (caps := _caps()):
        return list(messages)
    count_spending(dict.fromkeys(caps, 0))
    spent = {row.channel: row.spent for row in _today().filter(channel__in=caps).order_by("pk").select_for_update()}
    chosen = []
    for message in messages:
        channel = Channel(message.channel)
        if not message.daytime or channel not in caps or spent[channel] < caps[channel]:
            spent[channel] = spent.get(channel, 0) + message_cost(message)
            chosen.append(message)
    return chosen


def message_cost(message: Message) -> int:
    """Return what a message costs: the segments of a notice; codes have an allowance of their own."""
    return message.segments if message.lane == Lane.NOTICES else 0


def _caps() -> dict[Channel, int]:
    """Return the caps of the channels that have one."""
    return {channel: cap for channel, setting in CAPS.items() if (cap := getattr(settings, setting))}


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
    """Add what goes on the wire to the spending of today, in the caller's transaction."""
    with connection.cursor() as cursor:
        for channel, number in sorted(segments.items()):
            cursor.execute(SPEND, [channel, settings.TIME_ZONE, number])


def refund(segments: Mapping[str, int]) -> None:
    """Take what was counted for messages that were certainly not taken off the spending of today."""
    for channel, number in sorted(segments.items()):
        _today().filter(channel=channel).update(spent=Greatest(F("spent") - number, 0))
