"""Handing messages over: claim, mark the wire, send, record; whatever is unsure stays unsure.

The order is the protocol. Rows are leased by the database's clock and fenced; the moment before the carrier is spoken
to is committed; only certain failures lead to another try. A sender works in batches, as large as the carrier is quick:
of a carrier that answers at once up to fifty messages are on the wire between two commits, of a slow one a single one.
"""

import logging
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Final

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from notifications import alarms, bell, evidence, gates, giving_up, lines, standing
from notifications.carriers import Accepted, Carrier, Declined, Letter, Meaning, answering
from notifications.lines import Route, Routes
from notifications.models import (
    AlarmKind,
    Attempt,
    Lane,
    Message,
    MessageState,
    Outcome,
    Verdict,
)
from notifications.pace import pace

logger = logging.getLogger(__name__)

MOST_CLAIMED: Final = 100
MOST_ON_WIRE: Final = 50
# As much is in doubt when a sender dies.
SECONDS_ON_WIRE: Final = 0.1
SWEPT_AT_ONCE: Final = 500
RINGS_AT_ONCE: Final = 4
OLD: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Claim:
    """A message in the hands of one sender, until its lease is over."""

    message: Message
    attempt: Attempt
    carrier: Carrier
    on_trial: bool = field(default=False, kw_only=True)  # the line was stopped, and this message tries it


@dataclass(frozen=True)
class Unsure:
    """It is not known whether the carrier took the message."""

    code: str


@dataclass(frozen=True)
class Unspoken:
    """The sender came too late to its carrier, or after a refusal of our account, and did not speak to it."""


type Result = Accepted | Declined | Unsure | Unspoken


class Tempo:
    """How long the carriers take for one message, as this sender has just seen, and the batches that follow from it."""

    def __init__(self) -> None:
        """Begin with a guess that a quick carrier soon corrects."""
        self._seconds = 0.05

    def learn(self, seconds: float) -> None:
        """Take one more duration into account."""
        self._seconds += (seconds - self._seconds) / 8

    @property
    def claimed(self) -> int:
        """How many messages can be handed over well within a lease."""
        room = (pace().lease - pace().least_lease).total_seconds() / 2
        return max(1, min(MOST_CLAIMED, int(room / self._seconds)))

    @property
    def on_wire(self) -> int:
        """How many messages are marked in one commit."""
        return max(1, min(MOST_ON_WIRE, int(SECONDS_ON_WIRE / self._seconds)))


def drain(lane: str, *, seconds: float = 10.0) -> bool:
    """Hand over what a lane holds, the oldest first, for so many seconds; return whether it was emptied.

    Safe to call twice and from many processes. Opens transactions of its own and is never called inside one, because
    the wire mark must be committed before a carrier is spoken to.
    """
    tempo, until = Tempo(), monotonic() + seconds
    while monotonic() < until:
        claims, seen = _claim(Q(lane=lane), tempo.claimed)
        if not seen:
            return True
        _hand_over(claims, tempo)
    return False


def deliver(message_id: str) -> str:
    """Hand one message over if it may go now and nobody else has it; return its state afterwards, "" for no message."""
    claims, _ = _claim(Q(pk=message_id), 1)
    _hand_over(claims, Tempo())
    return Message.objects.filter(pk=message_id).values_list("state", flat=True).first() or ""


def expire() -> int:
    """Settle what is worthless by now, and has not left or may not have; return how many."""
    worthless = Q(state=MessageState.PENDING) | Q(state=MessageState.UNKNOWN, lane=Lane.CODES)
    return Message.objects.filter(worthless, expires_at__lte=Now()).update(
        state=MessageState.EXPIRED, settled_at=Now(), unsure_since=None, look_at=None
    )


def recover() -> int:
    """Settle what senders left behind: never on the wire is pending again, on the wire is unknown; return how many."""
    with transaction.atomic():
        left_behind = list(Message.objects.abandoned().select_for_update(skip_locked=True)[:SWEPT_AT_ONCE])
        for message in left_behind:
            _abandon(message)
    return len(left_behind)


def ring_due() -> int:
    """Ring for the lanes in which something may be sent, a few times where much is; return how many rings."""
    due = Counter(gates.sendable(Routes.now()).values_list("lane", flat=True)[:SWEPT_AT_ONCE])
    rings = [lane for lane, number in due.items() for _ in range(min(RINGS_AT_ONCE, 1 + number // MOST_CLAIMED))]
    for lane in rings:
        bell.ring(lane)
    return len(rings)


def watch_age() -> None:
    """Sound where something that was free to leave has waited for a quarter of an hour, and end the alarm elsewhere."""
    then = Now() - OLD
    waiting = Message.objects.waiting().filter(
        Q(not_before__isnull=True) | Q(not_before__lte=then), gates.may_wake(then), created_at__lte=then
    )
    report = alarms.sound if waiting.exists() else alarms.over
    report(AlarmKind.QUEUE_OLD)


def watch_unknown() -> None:
    """Sound where something has been unknown for so long that a person must decide, and end the alarm elsewhere."""
    oldest = Message.objects.filter(state=MessageState.UNKNOWN, unsure_since__lte=Now() - pace().person)
    report = alarms.sound if oldest.exists() else alarms.over
    report(AlarmKind.UNDECIDED)


# ---- claim ----


@transaction.atomic(durable=True)
def _claim(which: Q, number: int) -> tuple[list[Claim], int]:
    """Lease up to so many messages and open their attempts; return the claims, and how many messages were seen."""
    routes = Routes.now()
    free = gates.sendable(routes).filter(which)
    messages = list(free.order_by("created_at").select_for_update(skip_locked=True)[:number])
    held_against = standing.verdicts((m.channel, m.address) for m in messages if m.lane == Lane.NOTICES)
    claims = []
    for message in messages:
        if verdict := held_against.get((message.channel, message.address)):
            _turn_back(message, verdict)
        elif route := routes.choose(message.channel, after=message.carrier):
            claims.append(_claimed(message, route))
    _lease(claims)
    return claims, len(messages)


def _claimed(message: Message, route: Route) -> Claim:
    message.carrier = route.carrier.name
    message.tries += 1
    message.fence += 1
    attempt = Attempt(
        message=message,
        number=message.tries,
        fence=message.fence,
        carrier=route.carrier.name,
        address_lookup=standing.key_of(message.channel, message.address),
    )
    return Claim(message, attempt, route.carrier, on_trial=route.on_trial)


def _turn_back(message: Message, verdict: Verdict) -> None:
    """Settle a message whose address is known to be no good, without troubling a carrier."""
    evidence.move(message, MessageState.UNDELIVERABLE, settled_at=Now())
    logger.info("A message was not sent to such an address.", extra={"message_id": str(message.pk), "verdict": verdict})
    giving_up.go_on(message)


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
            lease_until=Now() + pace().lease,
        )
    Attempt.objects.bulk_create([claim.attempt for claim in claims])


# ---- mark the wire, send ----


def _hand_over(claims: Sequence[Claim], tempo: Tempo) -> None:
    """Hand claimed messages over, a slice at a time; what cannot be handed over in time is given back."""
    waiting = deque(claims)
    while waiting:
        batch = [waiting.popleft() for _ in range(min(tempo.on_wire, len(waiting)))]
        began = monotonic()
        marked = _mark(batch)
        if len(marked) < len(batch):
            kept = {claim.attempt.pk for claim in marked}
            _give_back([claim for claim in (*batch, *waiting) if claim.attempt.pk not in kept])
            waiting.clear()
        failing = _record(_send_all(marked, began, tempo))
        if failing:
            # Its share has fallen: the rest of the batch is chosen for anew.
            _give_back([claim for claim in waiting if claim.carrier.name in failing])
            waiting = deque(claim for claim in waiting if claim.carrier.name not in failing)


@transaction.atomic(durable=True)
def _mark(claims: Sequence[Claim]) -> list[Claim]:
    """Commit that the carrier is about to be spoken to; return the claims that are still ours, with time enough."""
    ours = _locked_if_ours(claims, Q(lease_until__gt=Now() + pace().least_lease))
    marked = [claim for claim in claims if claim.message.pk in ours]
    if marked:
        Attempt.objects.filter(pk__in=[claim.attempt.pk for claim in marked]).update(wire_at=Now())
        segments: Counter[str] = Counter()
        for claim in marked:
            segments[claim.message.channel] += claim.message.segments
        gates.count_spending(segments)
    return marked


def _send_all(claims: Sequence[Claim], marked_at: float, tempo: Tempo) -> list[tuple[Claim, Result]]:
    """Send a slice; where a carrier refuses our account, it is not asked for the rest."""
    results: list[tuple[Claim, Result]] = []
    refusing: set[str] = set()
    for claim in claims:
        result = Unspoken() if claim.carrier.name in refusing else _send(claim, marked_at, tempo)
        if _refuses_account(result):
            refusing.add(claim.carrier.name)
        results.append((claim, result))
    return results


def _send(claim: Claim, marked_at: float, tempo: Tempo) -> Result:
    """Speak to the carrier once, unless the mark is too old, and return what it means."""
    began = monotonic()
    # A process may be stopped for an hour between its mark and this line: by then somebody else may have sent.
    if began - marked_at > pace().wire.total_seconds():
        return Unspoken()
    try:
        return claim.carrier.send(letter(claim.message, claim.attempt.pk))
    except Declined as declined:
        return declined
    except Exception as unsure:  # noqa: BLE001 - whatever else went wrong, the carrier may have taken the message
        code = str(getattr(unsure, "code", "") or type(unsure).__name__)
        # No traceback: the carrier's words may hold the number or the body.
        logger.error(  # noqa: TRY400
            "It is not known whether a message was taken.",
            extra={"message_id": str(claim.message.pk), "attempt": claim.attempt.number, "error": code},
        )
        return Unsure(code)
    finally:
        tempo.learn(monotonic() - began)


def letter(message: Message, attempt_id: int) -> Letter:
    """Return a message as a carrier gets it."""
    return Letter(
        message_id=str(message.pk),
        attempt_id=attempt_id,
        to=message.address,
        subject=message.subject,
        body=message.body,
        language=message.language,
        token=message.token or "",
    )


# ---- record ----


@transaction.atomic(durable=True)
def _record(results: Sequence[tuple[Claim, Result]]) -> set[str]:
    """Close the attempts and move their messages; return the carriers whose line failed.

    A sender that comes back after its lease changes nothing but what it can prove: that a message was taken.
    """
    ours = _locked_if_ours([claim for claim, _ in results])
    taken = [(claim, result) for claim, result in results if claim.message.pk in ours and isinstance(result, Accepted)]
    _record_taken(taken)
    for claim, result in results:
        if claim.message.pk not in ours:
            _record_late(claim, result)
        elif not isinstance(result, Accepted):
            _record_other(claim, result)
    for claim, result in results:
        # A "no" about the message or its address comes from a carrier that knows our account.
        if claim.on_trial and not isinstance(result, Unspoken) and not _fails_the_line(result):
            lines.reopen(claim.message.channel, claim.carrier.name)
    return {claim.carrier.name for claim, result in results if _fails_the_line(result)}


def _record_taken(taken: Sequence[tuple[Claim, Accepted]]) -> None:
    """Record what was taken in the usual way, in three statements for any number."""
    if not taken:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_attempt AS attempt "
            "SET ended_at = statement_timestamp(), outcome = %s, provider_id = given.id "
            "FROM unnest(%s::bigint[], %s::text[]) AS given (attempt_id, id) WHERE attempt.id = given.attempt_id",
            [
                Outcome.ACCEPTED,
                [claim.attempt.pk for claim, _ in taken],
                [accepted.provider_id[:120] for _, accepted in taken],
            ],
        )
    for can_be_asked in (True, False):
        ids = [claim.message.pk for claim, _ in taken if (answering(claim.carrier.name) is not None) == can_be_asked]
        if ids:
            Message.objects.filter(pk__in=ids).update(
                state=MessageState.ACCEPTED,
                accepted_at=Now(),
                lease_until=None,
                looks=0,
                look_at=Now() + pace().chase if can_be_asked else None,
            )


def _record_other(claim: Claim, result: Declined | Unsure | Unspoken) -> None:
    """Record what was not taken, or may not have been, of a message that is ours."""
    match result:
        case Unspoken():
            _close(claim.attempt, Outcome.NOT_SENT, "unspoken")
            evidence.wait(claim.message, claim.attempt)
        case Unsure():
            _close(claim.attempt, Outcome.UNKNOWN, result.code)
            doubt(claim.message)
            lines.blame(claim.message.channel, claim.carrier.name)
        case Declined():
            _record_declined(claim, result)


def _record_declined(claim: Claim, declined: Declined) -> None:
    message, again = claim.message, declined.meaning in {Meaning.BUSY, Meaning.LINE}
    _close(claim.attempt, Outcome.NOT_SENT if again else Outcome.REFUSED, declined.code)
    match declined.meaning:
        case Meaning.BUSY:
            evidence.wait(message, claim.attempt, next_try_at=Now() + back_off(message))
            lines.blame(message.channel, claim.carrier.name)
        case Meaning.LINE:
            evidence.wait(message, claim.attempt)
            lines.stop(message.channel, claim.carrier.name, code=declined.code)
        case Meaning.DEAD | Meaning.STOPPED | Meaning.UNFIT:
            evidence.fail(message, claim.attempt, code=declined.code, meaning=declined.meaning)


def _record_late(claim: Claim, result: Result) -> None:
    """Use what a sender knows whose claim is no longer its own."""
    message = Message.objects.select_for_update().get(pk=claim.message.pk)
    attempt = message.attempts.get(pk=claim.attempt.pk)
    logger.warning("A sender came back after its lease.", extra={"message_id": str(message.pk)})
    if isinstance(result, Accepted):
        evidence.take(message, attempt, provider_id=result.provider_id)


def _fails_the_line(result: Result) -> bool:
    return isinstance(result, Unsure) or (
        isinstance(result, Declined) and result.meaning in {Meaning.BUSY, Meaning.LINE}
    )


def _refuses_account(result: Result) -> bool:
    return isinstance(result, Declined) and result.meaning == Meaning.LINE


def doubt(message: Message) -> None:
    """Call a locked message unknown; where a carrier can be asked, it will be. A code soon expires and is not."""
    asks = message.lane == Lane.NOTICES and answering(message.carrier) is not None
    evidence.move(
        message,
        MessageState.UNKNOWN,
        unsure_since=Now(),
        look_at=Now() + pace().first_settle if asks else None,
    )


def back_off(message: Message) -> timedelta:
    """Return how long a message waits after a try that certainly failed: doubling; codes, soon worthless, do not."""
    if message.lane == Lane.CODES:
        return pace().back_off
    doublings = min(message.tries - 1, 10)
    return min(pace().back_off * (1 << doublings), pace().longest_back_off)


@transaction.atomic(durable=True)
def _give_back(claims: Sequence[Claim]) -> None:
    """Let go of what is still ours and was not on the wire, for whoever looks next."""
    ours = _locked_if_ours(claims)
    mine = [claim for claim in claims if claim.message.pk in ours]
    Attempt.objects.filter(pk__in=[claim.attempt.pk for claim in mine]).update(
        ended_at=Now(), outcome=Outcome.NOT_SENT, error_code="given back"
    )
    Message.objects.filter(pk__in=[claim.message.pk for claim in mine]).update(
        state=MessageState.PENDING, lease_until=None
    )


def _locked_if_ours(claims: Sequence[Claim], *conditions: Q) -> set[object]:
    """Lock the messages of the claims that nobody took from us meanwhile, and return their ids."""
    fences = {claim.message.pk: claim.message.fence for claim in claims}
    held = Message.objects.filter(*conditions, pk__in=fences, state=MessageState.SENDING)
    locked = held.order_by("pk").select_for_update().values_list("pk", "fence")
    return {pk for pk, fence in locked if fences[pk] == fence}


def _close(attempt: Attempt, outcome: Outcome, code: str) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(ended_at=Now(), outcome=outcome, error_code=code[:40])


def _abandon(message: Message) -> None:
    """Settle one message whose sender did not come back."""
    attempt = message.attempts.get(ended_at__isnull=True)
    was_on_wire = attempt.wire_at is not None
    _close(attempt, Outcome.UNKNOWN if was_on_wire else Outcome.NOT_SENT, "lease over")
    logger.warning("A sender did not come back.", extra={"message_id": str(message.pk), "on_wire": was_on_wire})
    if was_on_wire:
        doubt(message)
    else:
        evidence.wait(message, attempt)
