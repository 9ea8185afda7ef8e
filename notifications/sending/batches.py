"""How many messages a sender takes at once: as many as its carriers have just been seen to be quick enough for."""

from datetime import timedelta
from functools import cache
from typing import Final

from notifications.carriers import MOST_IN_FLIGHT
from notifications.models import Lane
from notifications.runtime import timings

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
