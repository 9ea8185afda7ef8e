"""The one door to a person: whoever sees a name with a case, a number, or searches by one, is recorded here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from django.db import transaction

from accounts import phones
from accounts.models import Citizen, IdentityView, User, ViewKind
from accounts.models.people import mask_number
from accounts.roles import Role
from kit.compiled_inserts import insert
from kit.crypto import lookup

__all__ = ["FIELDS", "CaseMark", "mask_number", "mask_phone", "record_search", "record_view", "reveal"]

mask_phone = phones.mask

_READERS: Final[dict[str, Callable[[Citizen], str]]] = {
    "number": lambda citizen: str(citizen.number),
    "birth_date": lambda citizen: citizen.birth_date.isoformat(),
    "phone": lambda citizen: phones.show(citizen.phone),
    "address": lambda citizen: str(citizen.address),
    "email": lambda citizen: citizen.email,
}
FIELDS: Final = tuple(_READERS)
#: What a number or name that was searched for is hashed with.
SEARCHED: Final = "searched"
_ROLES: Final = tuple(Role)


class CaseMark(NamedTuple):
    """The case a look belongs to: its tracking number, and the key of its agency, where there is one."""

    reference: str = ""
    agency: int | None = None


def reveal(
    citizen: Citizen,
    *,
    viewer: User,
    about: CaseMark,
    fields: Collection[str],
    reason: str,
    at: datetime,
    kind: ViewKind = ViewKind.NUMBERS,
) -> dict[str, str]:
    """Return ``fields`` of the citizen in clear, and record who viewed them, in which case, why and when.

    The record is part of the caller's transaction: a view that cannot be recorded shows nothing. The caller decides
    who may view. Raise ``KeyError`` for a field that is not one of ``FIELDS``.
    """
    with transaction.atomic():
        shown = {name: _READERS[name](citizen) for name in fields}
        view = _view(viewer, citizen, kind=kind, about=about, at=at)
        view.fields, view.reason = sorted(shown), reason
        view.save(force_insert=True)
    return shown


def record_view(citizen: Citizen, *, viewer: User, kind: ViewKind, about: CaseMark, at: datetime) -> None:
    """Record that ``viewer`` opened the person's name with a case; one statement, before anything is shown."""
    insert(_view(viewer, citizen, kind=kind, about=about, at=at))


def record_search(
    typed: str,
    found: Iterable[Citizen],
    *,
    viewer: User,
    within_reach: Collection[object],
    at: datetime,
    kind: ViewKind = ViewKind.SEARCH,
) -> None:
    """Record a search by number, or by name: a row for each person it met, or one without a person; one statement.

    ``within_reach`` are the keys of the people of whom the viewer may open a case.
    """
    people: list[Citizen | None] = list(found) or [None]
    rows = [_view(viewer, person, kind=kind, about=CaseMark(), at=at) for person in people]
    for row in rows:
        row.searched = lookup(typed, purpose=SEARCHED)
        row.in_reach = row.citizen_id is None or row.citizen_id in within_reach
    IdentityView.objects.bulk_create(rows)


def _view(viewer: User, citizen: Citizen | None, *, kind: ViewKind, about: CaseMark, at: datetime) -> IdentityView:
    role, home = acting_role(viewer, agency=about.agency, at=at)
    view = IdentityView(viewer=viewer, citizen=citizen, kind=kind, role=role, agency_id=home, fields=[], at=at)
    view.reference, view.searched = about.reference, ""
    return view


def acting_role(viewer: User, *, agency: int | None, at: datetime) -> tuple[str, int | None]:
    """Return the role and agency in which somebody looks: one in ``agency`` if held, else the first of all held."""
    held = sorted(viewer.authority(at).roles, key=lambda pair: (pair[1] != agency, _ROLES.index(pair[0])))
    return (held[0][0], held[0][1]) if held else ("", None)
