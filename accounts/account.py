"""What people change in their own account, and how they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Citizen
from accounts.own_person import link_staff
from notifications import outbox
from notifications.models import Channel

if TYPE_CHECKING:
    from datetime import datetime


def change_password(citizen: Citizen, password: str, *, at: datetime) -> None:
    """Set the password; every other session ends, and the person is told by SMS."""
    user = citizen.user
    if user is None:
        return
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        owe_password_changed(citizen, at=at)


def change_phone(citizen: Citizen, phone: str, *, at: datetime) -> None:
    """Set the mobile number, which the code has proven; both numbers are told."""
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        before = locked.phone
        locked.phone = phone
        locked.save(update_fields=["phone", "phone_lookup"])
        link_staff(locked)
        occasion = f"phone:{locked.pk}:{at.isoformat()}"
        outbox.owe([_notice(locked, "phone_changed", before, whose="old")], occasion=occasion, at=at)
        outbox.owe([_notice(locked, "phone_added", phone, whose="new")], occasion=occasion, at=at)


def owe_password_changed(citizen: Citizen, *, at: datetime) -> None:
    """Owe the notice that a password changed, in the caller's transaction."""
    occasion = f"password:{citizen.user_id}:{at.isoformat()}"
    outbox.owe([_notice(citizen, "password_changed", citizen.phone)], occasion=occasion, at=at)


def _notice(citizen: Citizen, template: str, phone: str, whose: str = "") -> outbox.Notice:
    return outbox.Notice(
        template=template,
        channel=Channel.SMS,
        recipient=f"citizen:{citizen.pk}{whose and ':' + whose}",
        address=phone,
        language=citizen.language,
        context={},
    )
