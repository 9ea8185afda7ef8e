"""The lists of the dashboards, so that the first page of the unit has something to look at from the start."""

from datetime import datetime

from reports.dashboards import kept


def make(at: datetime) -> None:
    """Make every list, as the worker does every five minutes."""
    kept.make_all(at=at)
