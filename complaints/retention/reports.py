"""The report of what retention did: counts by day and kind, never a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from complaints.models import RetentionReport


def count(counts: Mapping[str, int], *, at: datetime) -> None:
    """Add to the report of the day, in the transaction of what is counted; the row is locked until it ends."""
    day = timezone.localdate(at)
    with transaction.atomic():
        RetentionReport.objects.get_or_create(day=day)
        report = RetentionReport.objects.select_for_update().get(day=day)
        report.counts = dict(Counter(report.counts) + Counter(counts))
        report.save(update_fields=["counts"])
