"""Knows a member of staff in the citizen with the same mobile number, so that nobody handles a case of their own."""

from __future__ import annotations

from accounts.models import Citizen, Identity, User


def link_staff(citizen: Citizen) -> None:
    """Name ``citizen``, whose mobile number is proven, as the own person of the staff with that number; idempotent."""
    User.objects.filter(is_staff=True, person=None, phone_lookup=citizen.phone_lookup).update(person=citizen)


def person_at(phone: str) -> Citizen | None:
    """Return the citizen whose proven mobile number ``phone`` is, the one the registry matched first."""
    people = Citizen.objects.reached_at(phone)
    return people.filter(identity=Identity.MATCHED).first() or people.order_by("-created_at").first()
