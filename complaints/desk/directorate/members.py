"""The members of directorates who have accounts, and the consultations they may read and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Absence, Membership, User
from accounts.roles import Role
from agencies.models import Directorate
from complaints.engine import signed_links
from complaints.models import WITH_DIRECTORATE, Case, Consultation, ConsultationState

MEMBERS: Final = frozenset({Role.DIRECTORATE_MEMBER})


def own_directorates(user: User, *, at: datetime) -> QuerySet[Directorate]:
    """Return the directorates ``user`` is a member of on the day of ``at``, or stands in for a member who is away."""
    day = timezone.localdate(at)
    absent = Absence.objects.on(day).filter(deputy=user).values("user")
    held = Membership.objects.active(day).filter(Q(user=user) | Q(user__in=absent, user__is_active=True))
    return Directorate.objects.filter(
        pk__in=held.filter(role=Role.DIRECTORATE_MEMBER, directorate__isnull=False).values("directorate")
    )


def own_consultations(user: User, *, at: datetime) -> QuerySet[Consultation]:
    """Return the consultations of the user's directorates, but for those on a case of their own or about them."""
    rows = signed_links.with_case().filter(directorate__in=own_directorates(user, at=at))
    return rows.exclude(state=ConsultationState.REVOKED).filter(
        case__in=Case.objects.not_own_or_recused(user).values("pk")
    )


def waiting_consultations(user: User, *, at: datetime) -> QuerySet[Consultation]:
    """Return the consultations that wait for the user's directorates, the oldest first, with their estimates."""
    waiting = own_consultations(user, at=at).filter(state__in=WITH_DIRECTORATE)
    return waiting.prefetch_related("estimates").order_by("pk")
