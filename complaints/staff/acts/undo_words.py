"""How long a step can still be undone, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import ngettext


def left_words(until: datetime | None, *, at: datetime) -> str:
    """Return how long something can be undone from ``at`` on, in whole minutes begun; empty once it cannot be."""
    if until is None or at >= until:
        return ""
    minutes = -((at - until) // timedelta(minutes=1))
    words = ngettext("less than %(count)s minute left", "less than %(count)s minutes left", minutes)
    return words % {"count": minutes}
