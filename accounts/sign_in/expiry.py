"""Deletes expired codes, form drafts and rate counters."""

from datetime import datetime, timedelta
from typing import Final

from accounts.models import FormDraft, PhoneCode, RateCounter

CODES_KEPT: Final = timedelta(days=2)


def delete_expired(at: datetime) -> None:
    """Delete form drafts older than a day, codes older than two days, and counters whose window has ended."""
    FormDraft.objects.filter(expires_at__lte=at).delete()
    PhoneCode.objects.filter(created_at__lte=at - CODES_KEPT).delete()
    RateCounter.objects.filter(ends_at__lte=at).delete()
