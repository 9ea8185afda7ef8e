"""Marking claimed messages as on the wire, calling their carriers, and recording answers while others are awaited."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from types import TracebackType
from typing import Final, Self

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from notifications.models import Attempt, MessageState
from notifications.runtime import timings
from notifications.sending import spending
from notifications.sending.batches import BatchSizer
from notifications.sending.claims import Claim, cost_by_channel, give_back, lock_messages
from notifications.sending.recording import record
from notifications.sending.results import NotTried
from notifications.sending.wire import Wire

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
    affordable = {message.pk for message in spending.within_caps(claim.message for claim in kept)}
    marked = [claim for claim in kept if claim.message.pk in affordable]
    if marked:
        Attempt.objects.filter(pk__in=[claim.attempt.pk for claim in marked]).update(wire_at=Now())
        spending.count_spending(cost_by_channel(marked))
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
