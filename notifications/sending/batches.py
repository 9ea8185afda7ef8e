"""How many messages a sender takes at once: as many as its carriers have just been seen to be quick enough for."""

from datetime import timedelta
from functools import cache
from typing import Final

from notifications.models import Lane
from notifications.runtime.timings import timings

MOST_CLAIMED: Final = 100
MOST_ON_WIRE: Final = 50
# When a sender dies, at most this much of its work is unknown.
SECONDS_ON_WIRE: Final = 0.1


class BatchSizer:
    """Measures how long the carriers of a lane take for a message in this process, and sizes batches by it."""

    def __init__(self, longest: timedelta) -> None:
        """Begin with small batches, which a quick carrier soon enlarges; a claimed batch takes ``longest`` at most."""
        self._longest = longest
        self._seconds_per_message = 0.5
        self._route_failed = False

    def add_duration(self, seconds: float) -> None:
        """Take the duration of one more call into the moving average."""
        self._seconds_per_message += (seconds - self._seconds_per_message) / 8

    def note_route_failure(self, *, failed: bool) -> None:
        """Note whether the last batch met a failing route: while it does, messages are claimed one by one."""
        self._route_failed = failed

    @property
    def to_claim(self) -> int:
        """How many messages to claim in one transaction."""
        fitting = min(MOST_CLAIMED, int(self._longest.total_seconds() / self._seconds_per_message))
        return 1 if self._route_failed else max(1, fitting)

    @property
    def to_mark(self) -> int:
        """How many messages to mark as on the wire in one commit."""
        return max(1, min(MOST_ON_WIRE, int(SECONDS_ON_WIRE / self._seconds_per_message)))


@cache
def batch_sizer(lane: str) -> BatchSizer:
    """Return this process's sizer of a lane; batches of codes are short, because a person waits for each of them."""
    return BatchSizer(timings().read / 10 if lane == Lane.CODES else (timings().lease - timings().least_lease) / 2)
