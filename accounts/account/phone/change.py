"""Sets a new mobile number, and notifies both numbers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.contact.account_notices import account_notice
from accounts.contact.recipients import citizen_key
from accounts.identity.staff_citizen_link import link_staff
from accounts.models import Citizen
from notifications import outbox
from notifications.actions.readdressing import readdress
from notifications.addresses import address_status
from notifications.models import Channel


def change_phone(citizen: Citizen, phone: str, *, at: datetime) -> None:
    """Set the mobile number, proven by a code: notify both numbers, and send waiting messages to the new one.

    Where the number is the same as before, only mark it as reachable again.
    """
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        before = locked.phone
        address_status.clear(Channel.SMS, phone)
        if before == phone and locked.is_phone_proven:
            return
        old = account_notice(locked, "phone_changed", before, whose="old", other_address=locked.confirmed_email)
        locked.keep_earlier()
        locked.phone, locked.is_phone_proven = phone, True
        locked.save(update_fields=["phone", "phone_lookup", "is_phone_proven", "earlier"])
        link_staff(locked)
        readdress(citizen_key(locked.pk), Channel.SMS, phone, at=at)
        occasion = f"phone:{locked.pk}:{at.isoformat()}"
        outbox.owe([old], occasion=occasion, at=at)
        outbox.owe([account_notice(locked, "phone_added", phone, whose="new")], occasion=occasion, at=at)
