"""Every span of time of the sending of messages, in one table that one setting scales with its ratios kept."""

from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from typing import Final

from django.conf import settings


@dataclass(frozen=True)
class Timings:
    """How long each thing takes or waits. The lease must outlast what a sender may still do within it."""

    lease: timedelta = timedelta(seconds=90)
    # With less of its lease left a message is not put on the wire: a carrier may take this long to answer.
    least_lease: timedelta = timedelta(seconds=45)
    # A sender that was stopped for longer between its mark and its carrier does not call the carrier any more.
    mark_to_send: timedelta = timedelta(seconds=15)
    connect: timedelta = timedelta(seconds=5)
    read: timedelta = timedelta(seconds=20)
    # Programs outside are called by processes that have more to do.
    program_read: timedelta = timedelta(seconds=10)
    back_off: timedelta = timedelta(seconds=5)
    longest_back_off: timedelta = timedelta(minutes=15)
    # The waits before the checks of an unknown message: longer than a carrier's list takes to show what it took.
    first_check: timedelta = timedelta(minutes=10)
    second_check: timedelta = timedelta(minutes=20)
    # After a check that could not be finished.
    check_again: timedelta = timedelta(minutes=5)
    # An unknown message of this age is decided by a person, and never sent again by itself.
    until_decision: timedelta = timedelta(hours=2)
    # An accepted message without a final status is asked about, and again after as long as it has waited.
    follow_up: timedelta = timedelta(minutes=30)
    give_up: timedelta = timedelta(hours=72)
    # A route whose account is refused is tried with one message after this.
    route_stop: timedelta = timedelta(minutes=10)
    # A program outside that does not answer is called for nothing, twice as long after each failure, up to this.
    longest_rest: timedelta = timedelta(minutes=5)
    # A route's weight recovers by one tenth in this time.
    recover: timedelta = timedelta(minutes=1)


USUAL: Final = Timings()


def timings() -> Timings:
    """Return the spans times ``NOTIFICATIONS_TIME_FACTOR``: 1 in production, less for tests that cannot wait."""
    return _scaled(settings.NOTIFICATIONS_TIME_FACTOR)


@cache
def _scaled(factor: float) -> Timings:
    return Timings(**{span.name: getattr(USUAL, span.name) * factor for span in fields(Timings)})
