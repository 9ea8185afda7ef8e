"""The one way a page gets parts of a person's identity in clear, and the record of every such look."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts import phones
from accounts.models import Citizen, IdentityView, User
from accounts.models.people import mask_number

__all__ = ["FIELDS", "mask_number", "mask_phone", "reveal"]

mask_phone = phones.mask

_READERS: Final[dict[str, Callable[[Citizen], str]]] = {
    "number": lambda citizen: str(citizen.number),
    "birth_date": lambda citizen: citizen.birth_date.isoformat(),
    "phone": lambda citizen: phones.show(citizen.phone),
    "address": lambda citizen: str(citizen.address),
    "email": lambda citizen: citizen.email,
}
FIELDS: Final = tuple(_READERS)


def reveal(
    citizen: Citizen, *, viewer: User, reference: str, fields: Collection[str], reason: str, at: datetime
) -> dict[str, str]:
    """Return ``fields`` of the person in clear, and write down who saw them, in which case, why and when.

    The record is part of the caller's transaction: a look that cannot be recorded shows nothing. Who may look is
    for the caller to decide. Raise ``KeyError`` for a field that is not one of ``FIELDS``.
    """
    with transaction.atomic():
        shown = {name: _READERS[name](citizen) for name in fields}
        IdentityView.objects.create(
            viewer=viewer, citizen=citizen, reference=reference, fields=sorted(shown), reason=reason, at=at
        )
    return shown
