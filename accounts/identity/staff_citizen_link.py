"""Links staff to the citizen with the same mobile number, so that nobody handles a case of their own."""

from __future__ import annotations

from accounts.models import Citizen, Identity, User
from kit.crypto import lookups


def link_staff(citizen: Citizen) -> None:
    """Link the staff with the proven mobile number of ``citizen`` to that citizen. Idempotent."""
    hashes = lookups(citizen.phone, purpose="phone")
    User.objects.filter(is_staff=True, person=None, phone_lookup__in=hashes).update(person=citizen)


def citizen_with_phone(phone: str) -> Citizen | None:
    """Return the citizen with this proven mobile number: one matched by the registry, else the newest."""
    people = Citizen.objects.reached_at(phone)
    return people.filter(identity=Identity.MATCHED).first() or people.order_by("-created_at", "-pk").first()
