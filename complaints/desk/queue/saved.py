"""Saved filters: a query of the queue under a name, for one person or for all staff of an agency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from complaints.models import SavedFilter

#: Filters one person can keep.
MOST = 20


class TooManySavedFilters(ValueError):
    """The person already has ``MOST`` saved filters."""


def save_filter(
    user: User, *, at: datetime, name: str, query: Mapping[str, str], agency: int | None = None
) -> SavedFilter:
    """Save a query under ``name``, shared with the staff of ``agency`` if given; one of the same name is replaced.

    Locks the user's row. Raises ``TooManySavedFilters`` beyond ``MOST``.
    """
    with transaction.atomic():
        # Two presses at once would both count before either has written.
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        others = SavedFilter.objects.filter(owner=user).exclude(name=name)
        if others.count() >= MOST:
            raise TooManySavedFilters
        values = {"agency_id": agency, "query": dict(query), "made_at": at}
        kept, _is_new = SavedFilter.objects.update_or_create(owner=user, name=name, defaults=values)
    return kept
