"""The demonstration's records of what became of earlier cases and promises."""

from datetime import datetime

from complaints.track_record import refreshing


def count_track_record(at: datetime) -> None:
    """Count them at once, as the periodic task does every day."""
    refreshing.refresh(at=at)
