"""The calls of carriers that are under way: many at once, each in a thread, with answers in the order they come."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic
from typing import Final, NamedTuple

from notifications.carriers import MOST_IN_FLIGHT, Carrier, ConcurrentCarrier, Declined, OutgoingMessage
from notifications.runtime import timings
from notifications.sending.batches import BatchSizer
from notifications.sending.claims import Claim
from notifications.sending.results import NotTried, Result, Unsure, is_account_refusal, is_route_failure

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
