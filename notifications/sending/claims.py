"""The claim of a sender on messages: leased by the database's clock, fenced, and given back if nobody was called."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now, TruncTime
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from kit.crypto import Unreadable
from notifications import addresses, alarms, carriers, reconciliation
from notifications.carriers import MOST_IN_FLIGHT, Carrier
from notifications.models import (
    TO_PEOPLE,
    AlarmKind,
    Attempt,
    Channel,
    DatabaseIdentity,
    Hold,
    Lane,
    Message,
    MessageQuerySet,
    MessageState,
    Outcome,
)
from notifications.runtime import timings
from notifications.sending.routes import CarrierRoute, RoutingTable, message_cost, spent_channels

# ---- The hours of the night in which an SMS that may wait is not sent. ----


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


# ---- Which messages may be sent now. ----


# Operators are told of a hold in spite of it.
SENT_DURING_A_HOLD: Final = "operator_alarm"


def send_conditions_sendable(routes: RoutingTable) -> MessageQuerySet:
    """Return the messages a sender may claim now: due, not on hold, on an open route, awake hours, within the cap."""
    on_hold = Exists(Hold.objects.filter(ended_at__isnull=True))
    return (
        Message.objects.due()
        .filter(~on_hold | Q(template=SENT_DURING_A_HOLD))
        .filter(routes.reachable())
        .filter(wakes_nobody(Now()))
        .exclude(daytime=True, channel__in=spent_channels())
    )


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claim:
    """A message that one sender holds until the lease is over, with the attempt it opened and the carrier it chose."""

    message: Message
    attempt: Attempt
    carrier: Carrier
    previous_carrier: str = ""  # the one of the last try, restored if the claim is undone
    on_trial: bool = False  # the route was stopped, and this message tries it


@transaction.atomic(durable=True)
def claim_messages(which: Q, number: int, *, programs: bool = False) -> tuple[list[Claim], int]:
    """Lease up to ``number`` messages and open their attempts; return the claims, and how many messages were seen.

    Codes come first, by the name of their lane, and then the oldest, which is the order of the index.
    Fewer are claimed than seen where an address is blocked, a text is unreadable or no route is open. Messages to
    programs outside are among them only with ``programs``.
    """
    table = RoutingTable.load(programs=programs)
    sendable = send_conditions_sendable(table).filter(which)
    messages = list(sendable.order_by("lane", "created_at").select_for_update(skip_locked=True)[:number])
    legible = [message for message in messages if _is_legible(message)]
    verdicts = addresses.verdicts((m.channel, m.address) for m in legible if m.lane == Lane.NOTICES)
    claims = []
    for message in legible:
        if verdict := verdicts.get((message.channel, message.address)):
            _settle_unsendable(message, verdict)
        elif route := table.choose(message):
            claims.append(_claim(message, route))
    _lease(claims)
    return claims, len(messages)


def _is_legible(message: Message) -> bool:
    """Tell whether a message can be decrypted; one that cannot is settled, or it would stay in its lane for ever."""
    try:
        return all(isinstance(text, str) for text in (message.address, message.subject, message.body))
    except Unreadable:
        _settle_unsendable(message, "unreadable")
        return False


def _settle_unsendable(message: Message, why: str) -> None:
    """Settle a message that cannot arrive, because of its address or its text, without calling a carrier."""
    reconciliation.set_state(message, MessageState.UNDELIVERABLE, settled_at=Now())
    logger.warning("A message was not sent at all.", extra={"message_id": str(message.pk), "why": why})
    reconciliation.start_fallback(message)


def _claim(message: Message, route: CarrierRoute) -> Claim:
    previous, message.carrier = message.carrier, route.carrier.name
    message.tries += 1
    message.fence += 1
    attempt = Attempt(
        message=message,
        number=message.tries,
        fence=message.fence,
        carrier=route.carrier.name,
        address_lookup=addresses.address_key(message.channel, message.address),
    )
    return Claim(message, attempt, route.carrier, previous_carrier=previous, on_trial=route.on_trial)


def _lease(claims: Sequence[Claim]) -> None:
    by_carrier: dict[str, list[Claim]] = {}
    for claim in claims:
        by_carrier.setdefault(claim.carrier.name, []).append(claim)
    for name, theirs in by_carrier.items():
        Message.objects.filter(pk__in=[claim.message.pk for claim in theirs]).update(
            state=MessageState.SENDING,
            carrier=name,
            tries=F("tries") + 1,
            fence=F("fence") + 1,
            lease_until=Now() + timings().lease,
        )
    Attempt.objects.bulk_create([claim.attempt for claim in claims])


def lock_messages(claims: Sequence[Claim]) -> MessageQuerySet:
    """Return the locked messages of the claims, by key: the one order in which everybody locks messages."""
    return Message.objects.filter(pk__in=[claim.message.pk for claim in claims]).order_by("pk").select_for_update()


def is_still_ours(claim: Claim) -> bool:
    """Tell whether the claim's message, as just read under a lock, is still leased to the sender that claimed it."""
    return claim.message.state == MessageState.SENDING and claim.message.fence == claim.attempt.fence


@transaction.atomic(durable=True)
def give_back(claims: Sequence[Claim]) -> None:
    """Undo the claims that are still ours and were not on the wire, so that the next sender finds their messages."""
    fresh = {message.pk: message for message in lock_messages(claims)}
    undo([claim for claim in claims if is_still_ours(replace(claim, message=fresh[claim.message.pk]))])


def undo(claims: Sequence[Claim]) -> None:
    """Undo the claims of locked messages: no carrier was called, so that this was no try and leaves no trace."""
    Attempt.objects.filter(pk__in=[claim.attempt.pk for claim in claims]).delete()
    for previous in {claim.previous_carrier for claim in claims}:
        theirs = [claim.message.pk for claim in claims if claim.previous_carrier == previous]
        Message.objects.filter(pk__in=theirs).update(
            state=MessageState.PENDING, lease_until=None, tries=F("tries") - 1, carrier=previous
        )


def cost_by_channel(claims: Iterable[Claim]) -> Counter[str]:
    """Return what the claimed messages cost, by channel."""
    cost: Counter[str] = Counter()
    for claim in claims:
        cost[claim.message.channel] += message_cost(claim.message)
    return +cost


# ---- How many messages a sender takes at once: as many as its carriers have just been seen to be quick enough
# for.


MOST_CLAIMED: Final = 100
# When a sender dies, at most this much of its work is unknown.
SECONDS_ON_WIRE: Final = 0.1
# So many calls of programs outside are under way at once.
PROGRAMS_ON_WIRE: Final = 20
# The seconds for a message with which a sender begins, and begins anew after a failure.
SLOW_START: Final = 0.5


class BatchSizer:
    """Measures how long the carriers of a lane take for a message in this process, and sizes batches by it."""

    def __init__(self, longest: timedelta, *, least_marked: int = 1) -> None:
        """Begin with small batches, which a quick carrier soon enlarges; a claimed batch takes ``longest`` at most.

        ``least_marked`` may be on the wire however slow the carriers are, where doubt costs nothing.
        """
        self._longest = longest
        self._least_marked = least_marked
        self._seconds_per_message = SLOW_START
        self._pace = SLOW_START
        self._failures = 0

    def add_duration(self, seconds: float) -> None:
        """Take one more call into the average: its duration, shared among the calls that the carrier takes at once."""
        self._seconds_per_message += (seconds - self._seconds_per_message) / 8

    def add_pace(self, seconds: float) -> None:
        """Take into the average how many seconds pass for a message from claim to record, with all others under way."""
        self._pace += (seconds - self._pace) / 4

    def note_route_failure(self, *, failed: bool) -> None:
        """Note whether the last answers met a failing route: while they do, messages are claimed one by one.

        After the failure batches are small again, because a carrier that was asked too often answers quickly.
        """
        self._failures = self._failures + 1 if failed else 0
        if failed:
            self._seconds_per_message = max(self._seconds_per_message, SLOW_START)

    @property
    def to_claim(self) -> int:
        """How many messages to claim in one transaction."""
        fitting = min(MOST_CLAIMED, int(self._longest.total_seconds() / max(self._pace, self._seconds_per_message)))
        return 1 if self._failures else max(1, fitting)

    @property
    def pause(self) -> float:
        """How many seconds to wait after a failure: doubling while failures go on, to a fifth of the first back-off."""
        if not self._failures:
            return 0.0
        longest = timings().back_off.total_seconds() / 5
        return float(min(longest, longest / 10 * 2 ** min(self._failures - 1, 10)))

    @property
    def to_mark(self) -> int:
        """How many messages may be on the wire, marked and not recorded."""
        return max(self._least_marked, min(MOST_IN_FLIGHT, int(SECONDS_ON_WIRE / self._seconds_per_message)))


@cache
def batch_sizer(lane: str) -> BatchSizer:
    """Return this process's sizer of a lane; batches of codes are short, because a person waits for each of them."""
    if lane == Lane.CODES:
        return BatchSizer(timings().read / 10)
    # A slow program must not hold up the others, and takes a repetition as the same message.
    least_marked = PROGRAMS_ON_WIRE if lane == Lane.WEBHOOKS else 1
    return BatchSizer((timings().lease - timings().least_lease) / 2, least_marked=least_marked)


# ---- The hold on all sending: a database restored from a copy sends nothing until an operator releases it. ----
#
# What the copy has as waiting may have been sent since it was made. A copy for trials must reach nobody.


# The system identifier is another after a dump and restore into another cluster, the database's number after one into
# the same cluster, the timeline after a physical restore to a point in time or the promotion of a standby, which may
# lack the last seconds. The name of the log file says the timeline at once, the control file only after a checkpoint.
IDENTITY: Final = """
    SELECT concat_ws(
        '/', (pg_control_system()).system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8),
        (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""
SKIP_ATTEMPT_IDS: Final = (
    "SELECT setval(s.name, nextval(s.name) + %s) FROM pg_get_serial_sequence('notifications_attempt', 'id') AS s (name)"
)
SKIPPED_IDS: Final = 10_000_000


def begin_if_restored() -> None:
    """Begin a hold if these rows were written in a database of another identity; the first call records the identity.

    Repeating it during a hold is harmless.
    """
    identity = _identity_of_this_database()
    recorded, made = DatabaseIdentity.objects.get_or_create(defaults={"name": identity})
    if made or recorded.name == identity or current() is not None:
        return
    Hold.objects.bulk_create([Hold(database=identity)], ignore_conflicts=True)
    _skip_attempt_ids()
    alarms.raise_alarm(AlarmKind.ON_HOLD)


def mark_as_copy(name: str) -> None:
    """Say that these rows come from the copy ``name``, so that a hold begins even in the database they were made in."""
    DatabaseIdentity.objects.update_or_create(defaults={"name": name})


def current() -> Hold | None:
    """Return the hold that has not ended, if there is one."""
    return Hold.objects.filter(ended_at__isnull=True).first()


def end(*, by: str) -> None:
    """Release the sending; ``by`` is the operator's key. Ending a hold twice is harmless.

    What waited or was being sent when the copy was made may have been sent since: it counts as unknown, and the
    carriers are asked about it. What was owed during the hold is simply sent.
    """
    with transaction.atomic():
        hold = Hold.objects.select_for_update().filter(ended_at__isnull=True).first()
        if hold is None:
            return
        DatabaseIdentity.objects.update(name=_identity_of_this_database())
        for channel in TO_PEOPLE:
            _mark_unknown(channel, before=hold.began_at)
        Hold.objects.filter(pk=hold.pk).update(ended_at=Now(), ended_by=by)
        alarms.resolve(AlarmKind.ON_HOLD)


def _mark_unknown(channel: Channel, *, before: datetime) -> None:
    """Mark the open notices of a channel recorded until ``before`` as unknown, with an attempt at each carrier."""
    older = Message.objects.filter(channel=channel, lane=Lane.NOTICES, recorded_at__lte=before)
    still_open = older.filter(state__in=reconciliation.OPEN_STATES)
    messages = list(still_open.select_for_update().order_by("pk"))
    Attempt.objects.filter(message__in=messages, ended_at__isnull=True).update(ended_at=Now(), outcome=Outcome.UNKNOWN)
    names = [carrier.name for carrier in carriers.carriers_for(channel)]
    Attempt.objects.bulk_create(
        Attempt(
            message=message,
            number=message.tries + index,
            fence=message.fence,
            carrier=name,
            address_lookup=addresses.address_key(channel, message.address),
            wire_at=message.created_at,
            ended_at=Now(),
            outcome=Outcome.UNKNOWN,
            error_code="restored",
        )
        for message in messages
        for index, name in enumerate(names, start=1)
    )
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(
        state=MessageState.UNKNOWN,
        tries=F("tries") + len(names),
        fence=F("fence") + 1,
        lease_until=None,
        times_not_found=0,
        unsure_since=Now(),
        next_check_at=Now(),
    )


def _skip_attempt_ids() -> None:
    """Skip the ids of attempts that were used after the copy was made: carriers still name them in callbacks."""
    with connection.cursor() as cursor:
        cursor.execute(SKIP_ATTEMPT_IDS, [SKIPPED_IDS])


def _identity_of_this_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute(IDENTITY)
        return str(cursor.fetchone()[0])
