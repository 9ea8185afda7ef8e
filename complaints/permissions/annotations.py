"""Who may change an agency's standard texts, saved filters and macros."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import CMU, DESK, SUPERVISION
from agencies.models import Agency
from complaints.models import Macro, SavedFilter, StandardText


def may_change_text(text: StandardText, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may change ``text``: officers for their agency, the unit for all agencies."""
    authority = user.authority(at)
    return authority.has(CMU) if text.agency_id is None else text.agency_id in authority.agencies(DESK)


def deletable_filters(user: User, *, at: datetime) -> QuerySet[SavedFilter]:
    """Return the filters ``user`` may delete: their own, and for a supervisor those shared in the agency."""
    return SavedFilter.objects.filter(Q(owner=user) | Q(agency__in=user.authority(at).agencies(SUPERVISION)))


def may_delete_filter(user: User, *, is_own: bool, agency: int | None, at: datetime) -> bool:
    """Tell whether ``user`` may delete one loaded filter, by the rule of ``deletable_filters``, without a statement."""
    return is_own or agency in user.authority(at).agencies(SUPERVISION)


def readable_macros(user: User, *, at: datetime) -> QuerySet[Macro]:
    """Return the macros ``user`` may run: their own, and those shared in an agency whose cases they work on."""
    return Macro.objects.filter(Q(owner=user) | Q(agency__in=user.authority(at).agencies(DESK | CMU)))


def may_change_macro(macro: Macro, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may change ``macro``: its owner, a supervisor of its agency, or the unit for its own."""
    return macro.owner_id == user.pk or macro.agency_id in user.authority(at).agencies(SUPERVISION | CMU)


def macro_agencies(user: User, *, at: datetime) -> QuerySet[Agency]:
    """Return the agencies in which ``user`` may share a macro: as supervisor, or as one of the unit."""
    return Agency.objects.filter(pk__in=user.authority(at).agencies(SUPERVISION | CMU)).order_by("pk")
