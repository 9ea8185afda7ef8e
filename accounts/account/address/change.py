"""Sets a new address, and tells its owner."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.contact.account_notices import account_notice
from accounts.models import Citizen
from agencies.models import Governorate
from notifications import outbox


def change_address(citizen: Citizen, *, country: str, governorate: str, city: str, address: str, at: datetime) -> bool:
    """Set the address of ``citizen`` and owe the notice of it; ``governorate`` is a code, "" abroad.

    Tells whether anything changed: the same address again is no change, and nobody is told. Locks the citizen.
    """
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        place = Governorate.objects.filter(code=governorate).first() if governorate else None
        values = {"country": country, "governorate": place, "city": city, "address": address}
        if all(getattr(locked, name) == value for name, value in values.items()):
            return False
        if locked.address != address:
            locked.keep_earlier()
        for name, value in values.items():
            setattr(locked, name, value)
        locked.save(update_fields=[*values, "earlier"])
        notice = account_notice(locked, "address_changed", locked.phone, other_address=locked.confirmed_email)
        outbox.owe([notice], occasion=f"address:{locked.pk}:{at.isoformat()}", at=at)
        return True
