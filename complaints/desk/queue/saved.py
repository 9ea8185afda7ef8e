"""Saved filters: a query of the queue under a name, for one person or for all staff of an agency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import SUPERVISION
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


def deletable_filters(user: User, *, at: datetime) -> QuerySet[SavedFilter]:
    """Return the filters ``user`` may delete: their own, and as supervisor those shared in the agency."""
    supervised = user.authority(at).agencies(SUPERVISION)
    return SavedFilter.objects.filter(Q(owner=user) | Q(agency__in=supervised))
