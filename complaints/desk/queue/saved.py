"""Saved filters: a view of the queue under a name, of one person or of a whole desk."""

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


class TooMany(ValueError):
    """The person has as many saved filters as one may have."""


def save(user: User, *, at: datetime, name: str, query: Mapping[str, str], agency: int | None = None) -> SavedFilter:
    """Keep a view under ``name``, for ``agency``'s whole desk when one is given; what had the name is replaced.

    Raises ``TooMany`` beyond ``MOST``.
    """
    with transaction.atomic():
        # Two presses at once would both count before either has written.
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        others = SavedFilter.objects.filter(owner=user).exclude(name=name)
        if others.count() >= MOST:
            raise TooMany
        values = {"agency_id": agency, "query": dict(query), "made_at": at}
        kept, _is_new = SavedFilter.objects.update_or_create(owner=user, name=name, defaults=values)
    return kept


def deletable(user: User, *, at: datetime) -> QuerySet[SavedFilter]:
    """Return the filters ``user`` may delete: the own ones, and as supervisor those shared at the own desk."""
    supervised = user.authority(at).agencies(SUPERVISION)
    return SavedFilter.objects.filter(Q(owner=user) | Q(agency__in=supervised))
