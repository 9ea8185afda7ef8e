"""Where the directory of agencies and staff is in bad order, so that nobody meets a case or a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.contact import staff_key
from accounts.models import Membership, User
from accounts.roles import DESK, Role
from agencies.models import Agency
from notifications import addresses
from notifications.models import Channel, Message, MessageState

#: An officer who has not signed in for so long is named.
SILENT_AFTER: Final = timedelta(days=30)


@dataclass(frozen=True)
class DirectoryHealth:
    """The keys of agencies without an officer, of staff without a proven phone, and of officers who do not sign in."""

    without_officer: tuple[int, ...] = ()
    phone_not_proven: tuple[UUID, ...] = ()
    not_signed_in: tuple[UUID, ...] = ()


def directory_health(*, at: datetime) -> DirectoryHealth:
    """Return what is in bad order today; five statements."""
    on = timezone.localdate(at)
    seats = Membership.objects.active(on).filter(user__is_active=True)
    officers = seats.filter(role=Role.OFFICER)
    without = Agency.objects.complainable(on=on).exclude(Exists(officers.filter(agency=OuterRef("pk"))))
    staff = User.objects.filter(Exists(seats.filter(user=OuterRef("pk"), role__in=DESK)))
    silent = User.objects.filter(Exists(officers.filter(user=OuterRef("pk")))).annotate(
        seen_at=Coalesce(F("last_login"), F("created_at"))
    )
    return DirectoryHealth(
        tuple(without.order_by("-is_core", "name_ar", "pk").values_list("pk", flat=True)),
        _without_proof(list(staff.order_by("login"))),
        tuple(silent.filter(seen_at__lt=at - SILENT_AFTER).order_by("seen_at", "login").values_list("pk", flat=True)),
    )


def _without_proof(staff: Sequence[User]) -> tuple[UUID, ...]:
    """Return who of ``staff`` has no phone at which an SMS has arrived, or one at which none arrives any more."""
    keys = {staff_key(user.pk): user for user in staff}
    arrived = Message.objects.filter(recipient__in=keys, channel=Channel.SMS, state=MessageState.DELIVERED)
    proven = {keys[key].pk for key in arrived.order_by().values_list("recipient", flat=True).distinct()}
    phones = [(Channel.SMS, user.phone) for user in staff]
    dead = {address for _channel, address in addresses.verdicts(phones)}
    return tuple(user.pk for user in staff if user.pk not in proven or user.phone in dead)
