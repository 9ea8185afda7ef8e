"""The only way a page gets parts of a citizen's identity in clear; every view is recorded."""

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
    """Return ``fields`` of the citizen in clear, and record who viewed them, in which case, why and when.

    The record is part of the caller's transaction: a view that cannot be recorded shows nothing. The caller decides
    who may view. Raise ``KeyError`` for a field that is not one of ``FIELDS``.
    """
    with transaction.atomic():
        shown = {name: _READERS[name](citizen) for name in fields}
        IdentityView.objects.create(
            viewer=viewer, citizen=citizen, reference=reference, fields=sorted(shown), reason=reason, at=at
        )
    return shown
