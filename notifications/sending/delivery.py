"""Handing messages over: claim, mark as on the wire, send, record; what is unsure stays unsure.

The order is the protocol. Rows are leased by the database's clock and fenced; the moment before the carrier is called
is committed; only certain failures lead to another try. A sender keeps many messages on the wire: while the carriers
of some are awaited, others are recorded, marked and claimed.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic, sleep
from types import TracebackType
from typing import Final, NamedTuple, Self

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from notifications.carriers import MOST_IN_FLIGHT, Carrier, ConcurrentCarrier, Declined, OutgoingMessage
from notifications.models import Attempt, Lane, Message, MessageState
from notifications.runtime import timings
from notifications.sending import routes
from notifications.sending.claims import (
    BatchSizer,
    Claim,
    batch_sizer,
    claim_messages,
    cost_by_channel,
    give_back,
    lock_messages,
)
from notifications.sending.recording import NotTried, Result, Unsure, is_account_refusal, is_route_failure, record

# ---- The calls of carriers that are under way: many at once, each in a thread, with answers in the order they
# come.


logger = logging.getLogger(__name__)

# After the first answer the others are waited for this long, so that they are recorded together.
GATHERING_SECONDS: Final = 0.05


class Answer(NamedTuple):
    """How the call of one claim's carrier ended."""

    claim: Claim
    result: Result
    seconds: float | None  # how long the carrier took; None if it was not called


class Wire:
    """Calls the carriers of one sender, and never uses the database in the threads in which it does so.

    A ``ConcurrentCarrier`` is called in as many threads as it takes calls at once; any other in the caller's thread.
    After a failure its carrier is not called again until everything that is under way to it has been collected.
    """

    def __init__(self, sizer: BatchSizer) -> None:
        """Begin with nothing under way."""
        self._sizer = sizer
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._under_way: Counter[str] = Counter()
        self._failing: set[str] = set()

    @property
    def is_busy(self) -> bool:
        """Whether there is an answer to collect."""
        return self._under_way.total() > 0

    @property
    def is_failing(self) -> bool:
        """Whether a carrier failed, and not everything that was under way to it has been collected."""
        return bool(self._failing)

    def fitting(self, claims: Iterable[Claim]) -> list[Claim]:
        """Return the first claims for which there is room on the wire."""
        under_way, chosen = self._under_way.copy(), list[Claim]()
        for claim in claims:
            if under_way.total() >= self._sizer.to_mark:
                break
            name = claim.carrier.name
            if name not in self._failing and under_way[name] < _calls_at_once(claim.carrier, MOST_IN_FLIGHT):
                under_way[name] += 1
                chosen.append(claim)
        return chosen

    def send(self, claims: Sequence[Claim], marked_at: float) -> None:
        """Call the carrier of each claim once; ``marked_at`` is when they were marked, by ``monotonic``."""
        for claim in claims:
            self._under_way[claim.carrier.name] += 1
            if isinstance(claim.carrier, ConcurrentCarrier):
                self._submit(claim.carrier, claim, marked_at)
            else:
                self._call(claim, marked_at)

    def collect(self) -> list[tuple[Claim, Result]]:
        """Wait for an answer, and for a moment until half of all are there; return what came."""
        enough = self._under_way.total() / 2
        answers = [self._answers.get()]
        until = monotonic() + GATHERING_SECONDS
        while True:
            try:
                left = until - monotonic() if len(answers) < enough else 0
                answers.append(self._answers.get(timeout=max(0, left)))
            except Empty:
                break
        for answer in answers:
            self._count(answer)
        self._failing = {name for name in self._failing if self._under_way[name]}
        return [(answer.claim, answer.result) for answer in answers]

    def close(self) -> None:
        """End the threads, without waiting for calls that nobody collected."""
        for pool in self._pools.values():
            pool.shutdown(wait=False)

    def _submit(self, carrier: ConcurrentCarrier, claim: Claim, marked_at: float) -> None:
        if carrier.name not in self._pools:
            self._pools[carrier.name] = ThreadPoolExecutor(carrier.in_flight, f"to-{carrier.name}")
        once = Lock()
        try:
            self._pools[carrier.name].submit(self._call_once, once, claim, marked_at)
        except RuntimeError:
            # No thread could be started, because memory or processes are used up; but an earlier one may take the call.
            if once.acquire(blocking=False):
                self._failing.add(carrier.name)
                self._answers.put(Answer(claim, NotTried(), None))

    def _call_once(self, once: Lock, claim: Claim, marked_at: float) -> None:
        if once.acquire(blocking=False):
            self._call(claim, marked_at)

    def _count(self, answer: Answer) -> None:
        carrier = answer.claim.carrier
        self._under_way[carrier.name] -= 1
        if answer.seconds is not None:
            self._sizer.add_duration(answer.seconds / _calls_at_once(carrier, 1))

    def _call(self, claim: Claim, marked_at: float) -> None:
        # Whatever ends a thread early, its message may have been taken.
        answer = Answer(claim, Unsure("ended"), None)
        try:
            is_failing = claim.carrier.name in self._failing
            answer = Answer(claim, NotTried(), None) if is_failing else _send(claim, marked_at)
            if is_route_failure(answer.result) or is_account_refusal(answer.result):
                self._failing.add(claim.carrier.name)
        finally:
            self._answers.put(answer)


def _calls_at_once(carrier: Carrier, otherwise: int) -> int:
    return carrier.in_flight if isinstance(carrier, ConcurrentCarrier) else otherwise


def _send(claim: Claim, marked_at: float) -> Answer:
    """Call the carrier once, unless the mark is too old, and return how that ended."""
    began = monotonic()
    # A process may be stopped for an hour between its mark and this line: by then somebody else may have sent.
    if began - marked_at > timings().mark_to_send.total_seconds():
        return Answer(claim, NotTried(), None)
    result = _result(claim)
    return Answer(claim, result, monotonic() - began)


def _result(claim: Claim) -> Result:
    try:
        return claim.carrier.send(OutgoingMessage.from_message(claim.message, attempt_id=claim.attempt.pk))
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


# ---- Marking claimed messages as on the wire, calling their carriers, and recording answers while others are
# awaited.


# While notices wait, codes are looked for this often.
SECONDS_BETWEEN_LOOKS: Final = 0.5


@transaction.atomic(durable=True)
def mark_on_wire(claims: Sequence[Claim]) -> list[Claim]:
    """Commit that the carriers are about to be called; return the claims that may be sent.

    They are still ours, have enough time left, and are within the day's caps.
    """
    in_time = Q(lease_until__gt=Now() + timings().least_lease)
    ours = dict(lock_messages(claims).filter(in_time, state=MessageState.SENDING).values_list("pk", "fence"))
    kept = [claim for claim in claims if ours.get(claim.message.pk) == claim.attempt.fence]
    affordable = {message.pk for message in routes.within_caps(claim.message for claim in kept)}
    marked = [claim for claim in kept if claim.message.pk in affordable]
    if marked:
        Attempt.objects.filter(pk__in=[claim.attempt.pk for claim in marked]).update(wire_at=Now())
        routes.count_spending(cost_by_channel(marked))
    return marked


class Handover:
    """Hands claimed messages over; use it in a ``with`` statement, whose end waits for every answer.

    In doubt if the process dies is what is marked and not recorded: at most ``BatchSizer.to_mark`` messages.
    """

    def __init__(self, sizer: BatchSizer) -> None:
        """Begin with nothing to hand over."""
        self._sizer = sizer
        self._wire = Wire(sizer)
        self._waiting: deque[Claim] = deque()
        self._recorded_at = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            # Whatever stopped the rest, what the carriers say is worth recording: without it messages are unknown.
            if kind is None or issubclass(kind, Exception):
                self.finish()
        finally:
            self._wire.close()

    @property
    def is_busy(self) -> bool:
        """Whether answers are awaited."""
        return self._wire.is_busy

    def hand_over(self, claims: Iterable[Claim], *, urgent: Callable[[], Iterable[Claim]] | None = None) -> None:
        """Mark and send the claims; return when none of them waits, while answers are still awaited.

        ``urgent`` is asked every half second for claims that go first. After a failure the answers are awaited, too.
        """
        self._waiting.extend(claims)
        looked_at = monotonic()
        while self._waiting or self._wire.is_failing:
            if urgent and monotonic() - looked_at > SECONDS_BETWEEN_LOOKS:
                self._waiting.extendleft(urgent())
                looked_at = monotonic()
            self._send_next()
            if self._waiting or self._wire.is_failing:
                self._record_next()

    def finish(self) -> None:
        """Wait for every answer that is awaited, and record it."""
        while self._wire.is_busy:
            self._record_next()

    def _send_next(self) -> None:
        """Mark and send what there is room for; give everything back if a claim is not ours or has little time left."""
        if not (batch := self._wire.fitting(self._waiting)):
            return
        began = monotonic()
        marked = mark_on_wire(batch)
        gone = {claim.attempt.pk for claim in batch}
        self._waiting = deque(claim for claim in self._waiting if claim.attempt.pk not in gone)
        self._wire.send(marked, began)
        if len(marked) < len(batch):
            kept = {claim.attempt.pk for claim in marked}
            lost = [claim for claim in (*batch, *self._waiting) if claim.attempt.pk not in kept]
            self._waiting.clear()
            give_back(lost)

    def _record_next(self) -> None:
        """Record the next answers; give back what waits for a carrier that failed, whose weight has fallen."""
        if not self._wire.is_busy:
            return
        results = self._wire.collect()
        failing = record(results)
        began, self._recorded_at = self._recorded_at, monotonic()
        self._sizer.add_pace((self._recorded_at - began) / len(results))
        # A carrier that was not called says nothing about its route.
        if failing or not all(isinstance(result, NotTried) for _, result in results):
            self._sizer.note_route_failure(failed=bool(failing))
        if failing:
            theirs = [claim for claim in self._waiting if claim.carrier.name in failing]
            self._waiting = deque(claim for claim in self._waiting if claim.carrier.name not in failing)
            give_back(theirs)


# Codes are few: so many are claimed at once in front of notices.
CODES_AT_ONCE: Final = 10


def drain(lane: str, *, seconds: float = 10.0) -> bool:
    """Hand over what a lane holds, the oldest first, for so many seconds; return whether it was emptied.

    Safe to call twice and from many processes. Opens transactions of its own and is never called inside one, because
    the wire mark must be committed before a carrier is called. Of notices, any code that waits goes first.
    """
    sizer, until = batch_sizer(lane), monotonic() + seconds
    # Codes come before notices by name too, so that both are one range of the index.
    which = Q(lane__lte=lane) if lane == Lane.NOTICES else Q(lane=lane)
    with Handover(sizer) as handover:
        while monotonic() < until:
            claims, seen = claim_messages(which, sizer.to_claim, programs=lane == Lane.WEBHOOKS)
            if seen:
                handover.hand_over(claims, urgent=_claim_codes if lane == Lane.NOTICES else None)
                sleep(sizer.pause)
            elif handover.is_busy:
                # What these carriers were not called for is claimed again.
                handover.finish()
            else:
                return True
    return False


def deliver(message_id: str) -> str:
    """Hand one message over if it may go now and nobody else has it; return its state afterwards, "" for no message."""
    claims, _ = claim_messages(Q(pk=message_id), 1, programs=True)
    hand_over(claims, batch_sizer(Lane.NOTICES))
    return Message.objects.filter(pk=message_id).values_list("state", flat=True).first() or ""


def hand_over(claims: Sequence[Claim], sizer: BatchSizer) -> None:
    """Mark, send and record claimed messages; give back what cannot be handed over in time."""
    with Handover(sizer) as handover:
        handover.hand_over(claims)


def _claim_codes() -> list[Claim]:
    claims, _ = claim_messages(Q(lane=Lane.CODES), CODES_AT_ONCE)
    return claims
