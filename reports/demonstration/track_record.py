"""The demonstration's records of what became of earlier cases and promises."""

from __future__ import annotations

from datetime import datetime

from complaints.track_record import counting


def make(at: datetime) -> None:
    """Count them at once, as the periodic task does every day."""
    counting.refresh(at=at)
