"""The kept figures of the demonstration, from which its other reports and the first pages are read."""

from __future__ import annotations

from datetime import datetime

from reports.figures import kept


def make(at: datetime) -> None:
    """Build them, as the first run of the periodic task would."""
    kept.refresh(at=at)
