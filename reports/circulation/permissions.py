"""Who reads and answers annexes; pages ask here, and the actions enforce it."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from accounts.roles import READERS, REPORT_READERS, Role
from reports.access import own_agencies, reads_all_figures
from reports.directives.permissions import ADDRESSEES
from reports.models import Annex
from reports.models.circulation import AnnexQuerySet

#: Who may open an annex at all.
ANNEX_READERS = REPORT_READERS | READERS
#: The office to which reports are addressed.
ADDRESSEE = frozenset({Role.PM_OFFICE})


def visible_to(user: User, at: datetime) -> AnnexQuerySet:
    """Return the annexes ``user`` reads: all, or those of their agencies and of agencies merged into these."""
    annexes = Annex.objects.all()
    return annexes if reads_all_figures(user, at) else annexes.filter(agency__in=own_agencies(user, at))


def is_of_agency(user: User, annex: Annex, at: datetime) -> bool:
    """Tell whether ``user`` reads ``annex`` as somebody of its agency: whose first opening is noted."""
    return annex.agency_id in own_agencies(user, at)


def may_answer(user: User, annex: Annex, at: datetime) -> bool:
    """Tell whether ``user`` answers for the agency of ``annex``: one of its escalation ladder."""
    return annex.agency_id in user.authority(at).agencies(ADDRESSEES)
