"""Makes the changes of reference data that were planned for a day, once it has come."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from agencies import reference_changes
from notifications.periodic import RowRun

TASK = "complaints.apply_reference_changes"


def apply_due(*, at: datetime) -> int:
    """Make the planned changes whose day has come; return how many. One that is refused is named and tried again."""
    run, count = RowRun(TASK, "change", at=at), 0
    due = run.without_waiting(reference_changes.due(on=timezone.localdate(at)))
    for key in due.values_list("pk", flat=True):
        with run.row(key):
            count += reference_changes.apply(key, at=at)
    return count
