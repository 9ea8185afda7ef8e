"""What people change in their own account, and how they are told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Citizen
from accounts.own_person import link_staff
from accounts.recipients import citizen_key
from notifications import outbox
from notifications.actions.readdressing import readdress
from notifications.addresses import address_status
from notifications.models import Channel


class EmailNotConfirmed(ValueError):
    """E-mail was chosen by somebody whose address is not confirmed."""


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
    """Set the mobile number, which the code has proven; both numbers are told, and what waits goes to the new one.

    The number of before, proven once more, only counts as reached again.
    """
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        before = locked.phone
        address_status.clear(Channel.SMS, phone)
        if before == phone:
            return
        locked.phone = phone
        locked.save(update_fields=["phone", "phone_lookup"])
        link_staff(locked)
        readdress(citizen_key(locked.pk), Channel.SMS, phone, at=at)
        occasion = f"phone:{locked.pk}:{at.isoformat()}"
        gone = _notice(locked, "phone_changed", before, whose="old", other_address=locked.confirmed_email)
        outbox.owe([gone], occasion=occasion, at=at)
        outbox.owe([_notice(locked, "phone_added", phone, whose="new")], occasion=occasion, at=at)


def choose(citizen: Citizen, *, language: str, notify_by: str) -> None:
    """Set in which language all messages speak, and which way is offered first for a new case.

    E-mail is refused, as a mistake of the caller, to whoever has no confirmed address.
    """
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if notify_by == Channel.EMAIL and not locked.confirmed_email:
            raise EmailNotConfirmed
        locked.language, locked.notify_by = language, notify_by
        locked.save(update_fields=["language", "notify_by"])


def owe_password_changed(citizen: Citizen, *, at: datetime) -> None:
    """Owe the notice that a password changed, in the caller's transaction."""
    occasion = f"password:{citizen.user_id}:{at.isoformat()}"
    notice = _notice(citizen, "password_changed", citizen.phone, other_address=citizen.confirmed_email)
    outbox.owe([notice], occasion=occasion, at=at)


def _notice(citizen: Citizen, template: str, phone: str, *, whose: str = "", other_address: str = "") -> outbox.Notice:
    """Return a notice about the account itself: it waits for no morning, and an e-mail takes its place if it must."""
    return outbox.Notice(
        template=template,
        channel=Channel.SMS,
        recipient=citizen_key(citizen.pk, whose=whose),
        address=phone,
        other_address=other_address,
        language=citizen.language,
        context={},
    )
