"""Every span of time of the sending of messages, in one table that one setting scales with its ratios kept."""

from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from typing import Final

from django.conf import settings


@dataclass(frozen=True)
class Pace:
    """How long each thing takes or waits. The lease must outlast what a sender may still do within it.

    ``settle`` are the waits before the first and before the second look into the carrier's list: longer than the list
    takes to show what the carrier took.
    """

    lease: timedelta = timedelta(seconds=90)
    # With less of its lease left a message is not put on the wire: a carrier may take this long to answer.
    least_lease: timedelta = timedelta(seconds=45)
    # A sender that was stopped between its mark and its carrier sends nothing any more after this.
    wire: timedelta = timedelta(seconds=15)
    connect: timedelta = timedelta(seconds=5)
    read: timedelta = timedelta(seconds=20)
    back_off: timedelta = timedelta(seconds=5)
    longest_back_off: timedelta = timedelta(minutes=15)
    first_settle: timedelta = timedelta(minutes=10)
    second_settle: timedelta = timedelta(minutes=20)
    # After a look that could not be finished.
    look_again: timedelta = timedelta(minutes=5)
    # An unknown message of this age is decided by a person, and never sent again by itself.
    person: timedelta = timedelta(hours=2)
    # An accepted message without a final word is asked about, and again after as long as it has waited.
    chase: timedelta = timedelta(minutes=30)
    give_up: timedelta = timedelta(hours=72)
    # A line whose account is refused is tried with one message after this.
    line_stop: timedelta = timedelta(minutes=10)
    # A line's share grows by one tenth in this time.
    drift: timedelta = timedelta(minutes=1)


USUAL: Final = Pace()


def pace() -> Pace:
    """Return the spans, scaled by ``NOTIFICATIONS_PACE``: 1 in production, less where a test cannot wait two hours."""
    return _scaled(settings.NOTIFICATIONS_PACE)


@cache
def _scaled(factor: float) -> Pace:
    return Pace(**{span.name: getattr(USUAL, span.name) * factor for span in fields(Pace)})
