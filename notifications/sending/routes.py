"""Which carrier a message is given to, and what a failing route loses.

A route that fails loses half of its weight to the next one in the settings' order, and regains a tenth with every
minute; a route whose account is refused is stopped for ten minutes, and the operators are told once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, DurationField, ExpressionWrapper, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, Extract, Floor, Greatest, Least, Now, TruncDate

from notifications import alarms, carriers
from notifications.carriers import Carrier
from notifications.models import TO_PEOPLE, AlarmKind, Channel, DailySpend, Endpoint, Lane, Message, ProviderRoute
from notifications.runtime import database_now, timings

FULL_WEIGHT: Final = 100
WEIGHT_STEP: Final = 10


@dataclass(frozen=True)
class CarrierRoute:
    """A carrier with its weight in percent, and whether its route is open.

    A route whose stop has passed is open ``on_trial``: for one message, which decides.
    """

    carrier: Carrier
    weight: int = FULL_WEIGHT
    is_open: bool = True
    on_trial: bool = False


class RoutingTable:
    """The routes of every channel as they were at one moment."""

    def __init__(self, by_channel: Mapping[str, tuple[CarrierRoute, ...]]) -> None:
        """Take the routes of each channel, in the order of preference."""
        self.by_channel = by_channel
        self._tried: set[CarrierRoute] = set()

    @classmethod
    def load(cls, *, programs: bool = False) -> Self:
        """Return the routes as the database has them now; one statement, or three with ``programs`` outside."""
        rows = _load_rows()
        by_channel: dict[str, tuple[CarrierRoute, ...]] = {
            channel: tuple(_carrier_routes(carriers.carriers_for(channel), rows, channel)) for channel in TO_PEOPLE
        }
        if programs:
            by_channel[Channel.WEBHOOK] = tuple(_carrier_routes(_programs(), rows, Channel.WEBHOOK))
            push = carriers.carriers_for(Channel.PUSH)
            by_channel[Channel.PUSH] = tuple(_carrier_routes(push, rows, Channel.PUSH))
        return cls(by_channel)

    def reachable(self) -> Q:
        """Return the condition that a message has an open route: of its channel, or to the program it is for."""
        people = [channel for channel in (*TO_PEOPLE, Channel.PUSH) if self._open_names(channel)]
        programs = self._open_names(Channel.WEBHOOK)
        to_people = Q(channel__in=people)
        return to_people | Q(channel=Channel.WEBHOOK, recipient__in=programs) if programs else to_people

    def _open_names(self, channel: str) -> list[str]:
        return [route.carrier.name for route in self.by_channel.get(channel, ()) if route.is_open]

    def choose(self, message: Message) -> CarrierRoute | None:
        """Return the route of a message, drawn by weight; None if no route is open.

        The carrier that just failed the message comes last; a message to a program has one route. For a sender: a
        stopped route that is returned on trial is claimed for this sender.
        """
        channel, to_program = message.channel, message.channel == Channel.WEBHOOK
        candidates = [
            route
            for route in self.by_channel.get(channel, ())
            if route.is_open
            and route not in self._tried
            and (not to_program or route.carrier.name == message.recipient)
        ]
        candidates.sort(key=lambda route: route.carrier.name == message.carrier)
        if not candidates:
            return None
        *preferred, last = candidates
        chosen = next((route for route in preferred if secrets.randbelow(FULL_WEIGHT) < route.weight), last)
        if not chosen.on_trial:
            return chosen
        self._tried.add(chosen)
        return chosen if _claim_trial(channel, chosen.carrier.name) else self.choose(message)


def penalise(channel: str, carrier: str) -> None:
    """Take half of its weight from a route that failed, if the channel has another one."""
    if channel in TO_PEOPLE and len(carriers.carriers_for(Channel(channel))) > 1:
        _ensure_row(channel, carrier)
        _row(channel, carrier).update(weight=_recovered_weight() / 2, weight_at=Now())


def stop(channel: str, carrier: str, *, code: str) -> None:
    """Stop a route whose account is refused; its messages, which are not at fault, wait or take another route."""
    _ensure_row(channel, carrier)
    _row(channel, carrier).update(stopped_until=Now() + timings().route_stop, stopped_by=code[:40])
    alarms.raise_alarm(AlarmKind.ROUTE_STOPPED, f"{channel} {carrier}")


def rest(channel: str, carrier: str, *, code: str, span: timedelta) -> None:
    """Call a program that does not answer for nothing during ``span``; one message tries it then."""
    _ensure_row(channel, carrier)
    span = min(span, timings().longest_rest)
    _row(channel, carrier).update(stopped_until=Now() + span, stopped_by=code[:40])


def reopen(channel: str, carrier: str) -> None:
    """Open a stopped route, because its carrier accepts our account again."""
    stopped = _row(channel, carrier).filter(stopped_until__isnull=False)
    if stopped.update(stopped_until=None, stopped_by=""):
        alarms.resolve(AlarmKind.ROUTE_STOPPED, f"{channel} {carrier}")


class _RouteRow(NamedTuple):
    """A route's present weight, and whether it was stopped and still is, by the database's clock."""

    weight: int
    was_stopped: bool
    is_stopped: bool


def _programs() -> Iterator[Carrier]:
    # Pages ask of routes too, and call nobody.
    from notifications.carriers.webhook import WebhookCarrier  # noqa: PLC0415

    at = database_now()
    for endpoint in Endpoint.objects.filter(is_active=True).exclude(url="").order_by("name"):
        yield WebhookCarrier(endpoint, at=at)


def _carrier_routes(
    offered: Iterable[Carrier], rows: Mapping[tuple[str, str], _RouteRow], channel: Channel
) -> Iterator[CarrierRoute]:
    for carrier in offered:
        row = rows.get((channel, carrier.name), _RouteRow(FULL_WEIGHT, was_stopped=False, is_stopped=False))
        on_trial = row.was_stopped and not row.is_stopped
        yield CarrierRoute(carrier, row.weight, not row.is_stopped, on_trial)


def _load_rows() -> dict[tuple[str, str], _RouteRow]:
    rows = ProviderRoute.objects.values_list(
        "channel",
        "carrier",
        _recovered_weight(),
        _boolean(Q(stopped_until__isnull=False)),
        _boolean(Q(stopped_until__isnull=False, stopped_until__gt=Now())),
    )
    return {(channel, carrier): _RouteRow(*row) for channel, carrier, *row in rows}


def _boolean(condition: Q) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _recovered_weight() -> Least:
    """Return the expression of the weight with what it has regained since ``weight_at``."""
    waited = ExpressionWrapper(Now() - F("weight_at"), output_field=DurationField())
    steps = Floor(Extract(waited, "epoch") / Value(timings().recover.total_seconds()))
    return Least(Value(FULL_WEIGHT), F("weight") + Cast(steps, IntegerField()) * WEIGHT_STEP)


def _claim_trial(channel: str, carrier: str) -> bool:
    """Claim the one trial of a stopped route, so that no other sender takes it; False where one has."""
    due = _row(channel, carrier).filter(stopped_until__lte=Now())
    # A row that another sender has locked is on trial there.
    row = due.select_for_update(skip_locked=True).first()
    if row is None:
        return False
    ProviderRoute.objects.filter(pk=row.pk).update(stopped_until=Now() + timings().route_stop)
    return True


def _row(channel: str, carrier: str) -> QuerySet[ProviderRoute]:
    return ProviderRoute.objects.filter(channel=channel, carrier=carrier)


def _ensure_row(channel: str, carrier: str) -> None:
    ProviderRoute.objects.bulk_create([ProviderRoute(channel=channel, carrier=carrier)], ignore_conflicts=True)


# ---- What a day may cost: the caps of the channels, what was spent today, and the alarm when a cap is reached. ----


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
