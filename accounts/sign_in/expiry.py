"""Deletes what stood at the doors and has had its day."""

from datetime import datetime, timedelta
from typing import Final

from accounts.models import PhoneCode, Throttle, Unfinished

CODES_KEPT: Final = timedelta(days=2)


def sweep(at: datetime) -> None:
    """Delete unfinished forms past their day, codes older than two days, and counters of windows that ended."""
    Unfinished.objects.filter(expires_at__lte=at).delete()
    PhoneCode.objects.filter(created_at__lte=at - CODES_KEPT).delete()
    Throttle.objects.filter(ends_at__lte=at).delete()
