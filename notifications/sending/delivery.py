"""Handing messages over: claim, mark the wire, send, record; whatever is unsure stays unsure.

The order is the protocol. Rows are leased by the database's clock and fenced; the moment before the carrier is spoken
to is committed; only certain failures lead to another try. A sender works in batches, as large as the carrier is quick:
of a carrier that answers at once up to fifty messages are on the wire between two commits, of a slow one a single one.
"""

import logging
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from time import monotonic, sleep
from typing import Final

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from kit.crypto import Unreadable
from notifications.addresses import address_status
from notifications.carriers import Accepted, Carrier, Declined, Letter, Meaning, answering
from notifications.models import (
    Attempt,
    Lane,
    Message,
    MessageQuerySet,
    MessageState,
    Outcome,
)
from notifications.reconciliation import fallback, message_states
from notifications.runtime.timings import pace
from notifications.sending import routes, send_conditions
from notifications.sending.routes import Route, Routes

logger = logging.getLogger(__name__)

MOST_CLAIMED: Final = 100
MOST_ON_WIRE: Final = 50
# As much is in doubt when a sender dies.
SECONDS_ON_WIRE: Final = 0.1
# Seconds before another go at recording, e.g. after a deadlock or while the database restarts.
RECORD_AGAIN: Final = (0.1, 1.0)


@dataclass(frozen=True)
class Claim:
    """A message in the hands of one sender, until its lease is over."""

    message: Message
    attempt: Attempt
    carrier: Carrier
    before: str = ""  # the carrier that was spoken to last
    on_trial: bool = False  # the line was stopped, and this message tries it


@dataclass(frozen=True)
class Unsure:
    """It is not known whether the carrier took the message."""

    code: str


@dataclass(frozen=True)
class Unspoken:
    """The sender came too late to its carrier, or after its line had failed, and did not speak to it."""


type Result = Accepted | Declined | Unsure | Unspoken


class Tempo:
    """How long a lane's carriers take for a message, as this process has seen, and the batches that follow from it."""

    def __init__(self, room: timedelta) -> None:
        """Begin cautiously, a quick carrier soon corrects it; ``room`` is how long a batch may be in one hand."""
        self._room = room
        self._seconds = 0.5
        self._stumbled = False

    def learn(self, seconds: float) -> None:
        """Take one more duration into account."""
        self._seconds += (seconds - self._seconds) / 8

    def note(self, *, stumbled: bool) -> None:
        """Note whether the last slice met a failing line: as long as it does, messages are claimed one by one."""
        self._stumbled = stumbled

    @property
    def claimed(self) -> int:
        """How many messages are claimed at once."""
        fitting = min(MOST_CLAIMED, int(self._room.total_seconds() / self._seconds))
        return 1 if self._stumbled else max(1, fitting)

    @property
    def on_wire(self) -> int:
        """How many messages are marked in one commit."""
        return max(1, min(MOST_ON_WIRE, int(SECONDS_ON_WIRE / self._seconds)))


@cache
def tempo_of(lane: str) -> Tempo:
    """Return this process's tempo of a lane; a code in a sender's hands must not wait long for those before it."""
    return Tempo(pace().read / 10 if lane == Lane.CODES else (pace().lease - pace().least_lease) / 2)


def drain(lane: str, *, seconds: float = 10.0) -> bool:
    """Hand over what a lane holds, the oldest first, for so many seconds; return whether it was emptied.

    Safe to call twice and from many processes. Opens transactions of its own and is never called inside one, because
    the wire mark must be committed before a carrier is spoken to.
    """
    tempo, until = tempo_of(lane), monotonic() + seconds
    while monotonic() < until:
        claims, seen = _claim(Q(lane=lane), tempo.claimed)
        if not seen:
            return True
        _hand_over(claims, tempo)
    return False


def deliver(message_id: str) -> str:
    """Hand one message over if it may go now and nobody else has it; return its state afterwards, "" for no message."""
    claims, _ = _claim(Q(pk=message_id), 1)
    _hand_over(claims, tempo_of(Lane.NOTICES))
    return Message.objects.filter(pk=message_id).values_list("state", flat=True).first() or ""


# ---- claim ----


@transaction.atomic(durable=True)
def _claim(which: Q, number: int) -> tuple[list[Claim], int]:
    """Lease up to so many messages and open their attempts; return the claims, and how many messages were seen."""
    table = Routes.now()
    free = send_conditions.sendable(table).filter(which)
    messages = list(free.order_by("created_at").select_for_update(skip_locked=True)[:number])
    legible = [message for message in messages if _is_legible(message)]
    held_against = address_status.verdicts((m.channel, m.address) for m in legible if m.lane == Lane.NOTICES)
    claims = []
    for message in legible:
        if verdict := held_against.get((message.channel, message.address)):
            _turn_back(message, verdict)
        elif route := table.choose(message.channel, after=message.carrier):
            claims.append(_claimed(message, route))
    _lease(claims)
    return claims, len(messages)


def _is_legible(message: Message) -> bool:
    """Tell whether a message can be opened; one that cannot is settled, or it would stand in its lane for ever."""
    try:
        return all(isinstance(text, str) for text in (message.address, message.subject, message.body))
    except Unreadable:
        _turn_back(message, "unreadable")
        return False


def _claimed(message: Message, route: Route) -> Claim:
    before, message.carrier = message.carrier, route.carrier.name
    message.tries += 1
    message.fence += 1
    attempt = Attempt(
        message=message,
        number=message.tries,
        fence=message.fence,
        carrier=route.carrier.name,
        address_lookup=address_status.key_of(message.channel, message.address),
    )
    return Claim(message, attempt, route.carrier, before=before, on_trial=route.on_trial)


def _turn_back(message: Message, why: str) -> None:
    """Settle a message that cannot arrive, for its address or its own sake, without troubling a carrier."""
    message_states.move(message, MessageState.UNDELIVERABLE, settled_at=Now())
    logger.warning("A message was not sent at all.", extra={"message_id": str(message.pk), "why": why})
    fallback.go_on(message)


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
        failing = _recorded(_send_all(marked, began, tempo))
        tempo.note(stumbled=bool(failing))
        if failing:
            # Its share has fallen: the rest of the batch is chosen for anew.
            _give_back([claim for claim in waiting if claim.carrier.name in failing])
            waiting = deque(claim for claim in waiting if claim.carrier.name not in failing)


@transaction.atomic(durable=True)
def _mark(claims: Sequence[Claim]) -> list[Claim]:
    """Commit that the carrier is about to be spoken to; return the claims that are still ours, with time enough."""
    in_time = Q(lease_until__gt=Now() + pace().least_lease)
    ours = dict(_locked(claims).filter(in_time, state=MessageState.SENDING).values_list("pk", "fence"))
    marked = [claim for claim in claims if ours.get(claim.message.pk) == claim.attempt.fence]
    if marked:
        Attempt.objects.filter(pk__in=[claim.attempt.pk for claim in marked]).update(wire_at=Now())
        send_conditions.count_spending(_cost(marked))
    return marked


def _cost(claims: Iterable[Claim]) -> Counter[str]:
    """Return what the notices among the claims cost, by channel: codes have an allowance of their own, in accounts."""
    cost: Counter[str] = Counter()
    for claim in claims:
        if claim.message.lane == Lane.NOTICES:
            cost[claim.message.channel] += claim.message.segments
    return cost


def _send_all(claims: Sequence[Claim], marked_at: float, tempo: Tempo) -> list[tuple[Claim, Result]]:
    """Send a slice; a carrier whose line fails is not spoken to again within it."""
    results: list[tuple[Claim, Result]] = []
    failing: set[str] = set()
    for claim in claims:
        result = Unspoken() if claim.carrier.name in failing else _send(claim, marked_at, tempo)
        if _fails_the_line(result) or _refuses_account(result):
            failing.add(claim.carrier.name)
        results.append((claim, result))
    return results


def _send(claim: Claim, marked_at: float, tempo: Tempo) -> Result:
    """Speak to the carrier once, unless the mark is too old, and return what it means."""
    began = monotonic()
    # A process may be stopped for an hour between its mark and this line: by then somebody else may have sent.
    if began - marked_at > pace().wire.total_seconds():
        return Unspoken()
    try:
        return claim.carrier.send(Letter.of(claim.message, attempt_id=claim.attempt.pk))
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


# ---- record ----


def _recorded(results: Sequence[tuple[Claim, Result]]) -> set[str]:
    """Record, and try again where the database could not: what a sender knows is worth more than a moment."""
    for seconds in RECORD_AGAIN:
        try:
            return _record(results)
        except (OperationalError, InterfaceError):
            connection.close_if_unusable_or_obsolete()
            sleep(seconds)
    return _record(results)


@transaction.atomic(durable=True)
def _record(results: Sequence[tuple[Claim, Result]]) -> set[str]:
    """Close the attempts and move their messages; return the carriers whose line failed.

    Everything is read anew under the lock: the person may have moved meanwhile. A sender that comes back after its
    lease changes nothing but what it can prove: that a message was taken.
    """
    fresh = {message.pk: message for message in _locked([claim for claim, _ in results])}
    ours = [(replace(claim, message=fresh[claim.message.pk]), result) for claim, result in results]
    ours = [(claim, result) for claim, result in ours if _is_ours(claim)]
    kept = {claim.attempt.pk for claim, _ in ours}
    _record_taken([(claim, result) for claim, result in ours if isinstance(result, Accepted)])
    for claim, result in ours:
        _record_other(claim, result)
    for claim, result in results:
        if claim.attempt.pk not in kept:
            _record_late(fresh[claim.message.pk], claim, result)
    _let_go([claim for claim, result in ours if isinstance(result, Unspoken) and claim.message.next_address is None])
    send_conditions.refund(_cost(_not_taken(ours)))
    return _judge_lines(ours)


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


def _record_other(claim: Claim, result: Result) -> None:
    """Record what was not taken, or may not have been, of a message that is ours."""
    match result:
        case Unsure():
            _close(claim.attempt, Outcome.UNKNOWN, result.code)
            message_states.doubt(claim.message)
        case Declined():
            _record_declined(claim, result)
        case Unspoken() if claim.message.next_address is not None:
            # Its person moved while it was marked: what waits goes where they are by now.
            _close(claim.attempt, Outcome.NOT_SENT, "unspoken")
            message_states.wait(claim.message, claim.attempt)
        case _:
            return


def _record_declined(claim: Claim, declined: Declined) -> None:
    message, again = claim.message, declined.meaning in {Meaning.BUSY, Meaning.LINE}
    _close(claim.attempt, Outcome.NOT_SENT if again else Outcome.REFUSED, declined.code)
    match declined.meaning:
        case Meaning.BUSY:
            message_states.wait(message, claim.attempt, next_try_at=Now() + back_off(message))
        case Meaning.LINE:
            message_states.wait(message, claim.attempt)
        case Meaning.DEAD | Meaning.STOPPED | Meaning.UNFIT:
            message_states.fail(message, claim.attempt, code=declined.code, meaning=declined.meaning)


def _record_late(message: Message, claim: Claim, result: Result) -> None:
    """Use what a sender knows whose claim is no longer its own."""
    logger.warning("A sender came back after its lease.", extra={"message_id": str(message.pk)})
    attempt = message.attempts.filter(pk=claim.attempt.pk).first()
    if isinstance(result, Accepted) and attempt is not None:
        message_states.take(message, attempt, provider_id=result.provider_id)


def _not_taken(results: Sequence[tuple[Claim, Result]]) -> Iterable[Claim]:
    """Return the claims that certainly cost nothing."""
    return (claim for claim, result in results if isinstance(result, Declined | Unspoken))


def _judge_lines(results: Sequence[tuple[Claim, Result]]) -> set[str]:
    """Let each line lose or regain once for a slice, in the order of their names; return the carriers that failed."""
    failing: set[str] = set()
    by_line: dict[tuple[str, str], list[tuple[Claim, Result]]] = {}
    for claim, result in results:
        by_line.setdefault((claim.message.channel, claim.carrier.name), []).append((claim, result))
    for (channel, carrier), theirs in sorted(by_line.items(), key=lambda line: line[0]):
        refusal = next((result for _, result in theirs if _refuses_account(result)), None)
        if isinstance(refusal, Declined):
            routes.stop(channel, carrier, code=refusal.code)
        elif any(_fails_the_line(result) for _, result in theirs):
            routes.blame(channel, carrier)
        else:
            # A "no" about a message or its address comes from a carrier that knows our account.
            if any(claim.on_trial and not isinstance(result, Unspoken) for claim, result in theirs):
                routes.reopen(channel, carrier)
            continue
        failing.add(carrier)
    return failing


def _fails_the_line(result: Result) -> bool:
    return isinstance(result, Unsure) or (isinstance(result, Declined) and result.meaning == Meaning.BUSY)


def _refuses_account(result: Result) -> bool:
    return isinstance(result, Declined) and result.meaning == Meaning.LINE


def back_off(message: Message) -> timedelta:
    """Return how long a message waits after a try that certainly failed: doubling; codes, soon worthless, do not."""
    if message.lane == Lane.CODES:
        return pace().back_off
    doublings = min(message.tries - 1, 10)
    return min(pace().back_off * (1 << doublings), pace().longest_back_off)


@transaction.atomic(durable=True)
def _give_back(claims: Sequence[Claim]) -> None:
    """Let go of what is still ours and was not on the wire, for whoever looks next."""
    fresh = {message.pk: message for message in _locked(claims)}
    _let_go([claim for claim in claims if _is_ours(replace(claim, message=fresh[claim.message.pk]))])


def _let_go(claims: Sequence[Claim]) -> None:
    """Undo the claims of locked messages: nobody was spoken to, so that this was no try and leaves no trace."""
    Attempt.objects.filter(pk__in=[claim.attempt.pk for claim in claims]).delete()
    for before in {claim.before for claim in claims}:
        theirs = Message.objects.filter(pk__in=[claim.message.pk for claim in claims if claim.before == before])
        theirs.update(state=MessageState.PENDING, lease_until=None, tries=F("tries") - 1, carrier=before)


def _locked(claims: Sequence[Claim]) -> MessageQuerySet:
    """Lock the messages of the claims, in the one order in which everybody locks messages."""
    return Message.objects.filter(pk__in=[claim.message.pk for claim in claims]).order_by("pk").select_for_update()


def _is_ours(claim: Claim) -> bool:
    """Tell whether nobody took a message, as it was just read, from the sender that claimed it."""
    return claim.message.state == MessageState.SENDING and claim.message.fence == claim.attempt.fence


def _close(attempt: Attempt, outcome: Outcome, code: str) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(ended_at=Now(), outcome=outcome, error_code=code[:40])
