"""Who reads phenomena, and who does what to them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import CMU, LADDER, READERS as DESKS, REPORT_READERS
from reports.models import Phenomenon, PhenomenonState
from reports.phenomena.actions import LIVE

#: Who reads any phenomenon at all.
READERS = REPORT_READERS | DESKS
#: Who commits an agency: its supervisor and those above.
COMMITTERS = frozenset(LADDER)


def visible_to(user: User, at: datetime) -> QuerySet[Phenomenon]:
    """Return what ``user`` reads: all, or what the unit accepted and gave to an agency of theirs."""
    if reads_all(user, at):
        return Phenomenon.objects.all()
    return Phenomenon.objects.filter(owner__in=user.authority(at).agencies(DESKS), state=PhenomenonState.ACCEPTED)


def reads_all(user: User, at: datetime) -> bool:
    """Tell whether ``user`` reads all phenomena and the number of their cases, however few."""
    return user.authority(at).has(REPORT_READERS)


def may_edit(user: User, phenomenon: Phenomenon, at: datetime) -> bool:
    """Tell whether ``user`` is of the unit and it is still looked after."""
    return phenomenon.state in LIVE and user.authority(at).has(CMU)


def may_commit(user: User, phenomenon: Phenomenon, at: datetime) -> bool:
    """Tell whether ``user`` may commit the owner: its supervisor, or somebody above."""
    is_theirs = phenomenon.owner_id in user.authority(at).agencies(COMMITTERS)
    return is_theirs and phenomenon.state == PhenomenonState.ACCEPTED


def may_add_evidence(user: User, phenomenon: Phenomenon, at: datetime) -> bool:
    """Tell whether ``user`` may write evidence: the unit, and whoever commits the owner."""
    return may_edit(user, phenomenon, at) or may_commit(user, phenomenon, at)
