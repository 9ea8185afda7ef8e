"""Finds a case for a visitor who is not signed in but knows its number and the last digits of the owner's phone."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import compare_digest
from typing import Final

from accounts.rate_limits import HOUR, RateLimit, spend
from complaints.models import Case

# Four digits are ten thousand guesses: five a day for a number leave a guesser nothing, and an owner enough.
TRIES_OF_NUMBER: Final = RateLimit("track_number", 5, timedelta(days=1))
TRIES_OF_ADDRESS: Final = RateLimit("track_address", 60, HOUR)


def find(reference: str, phone_end: str, *, address: str, at: datetime) -> Case | None:
    """Return the case of ``reference`` if its owner's mobile number ends in ``phone_end``.

    Returns None both for an unknown number and for wrong digits. Every attempt counts towards the limits, by number
    and by ``address``, the visitor's; raises ``accounts.rate_limits.RateLimitReached``.
    """
    spend(TRIES_OF_ADDRESS, address, at=at)
    spend(TRIES_OF_NUMBER, reference, at=at)
    case = Case.objects.for_listing().filter(reference=reference).first()
    if case is None or not compare_digest(case.citizen.phone[-len(phone_end) :], phone_end):
        return None
    return case
