"""Readers who differ only in who they are and where they work: their statements have the same shape.

A statement that ``visible_to`` is part of is compiled once for each shape; persons and agencies are its values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from accounts.models import User
from accounts.roles import Role
from complaints.permissions.conditions import Reader

#: Nothing in the definition depends on the moment but the authority, which a reader has already.
ANY_MOMENT: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ReaderShape:
    """A ``Reader`` with the names of values in place of persons and agencies."""

    has_person: bool
    is_staff: bool
    roles: frozenset[tuple[Role, str]]
    lent: tuple[tuple[Role, str, str], ...]

    def reader(self, values: Mapping[str, Any]) -> Reader:
        """Return the reader for whom a queryset is built, made of ``values`` or what stands for them."""
        return Reader(
            pk=values["reader"],
            person_id=values["person"] if self.has_person else None,
            is_staff=self.is_staff,
            roles=frozenset((role, values.get(agency)) for role, agency in self.roles),
            lent=tuple((role, values.get(agency), values[absent]) for role, agency, absent in self.lent),
        )


def reader_shape(user: User, *, at: datetime) -> tuple[ReaderShape, dict[str, Any]]:
    """Return the shape of ``user`` with the authority of the day, and the values that fill it."""
    authority = user.authority(at)
    held = sorted({agency for _role, agency in authority.roles if agency is not None})
    agencies: dict[int | None, str] = {agency: f"agency_{place}" for place, agency in enumerate(held)}
    absent = sorted({who for _role, _agency, who in authority.lent})
    people = {who: f"absent_{place}" for place, who in enumerate(absent)}
    shape = ReaderShape(
        has_person=user.person_id is not None,
        is_staff=user.is_staff,
        roles=frozenset((role, agencies.get(agency, "")) for role, agency in authority.roles),
        lent=tuple((role, agencies.get(agency, ""), people[who]) for role, agency, who in authority.lent),
    )
    values: dict[str, Any] = {"reader": user.pk}
    if user.person_id is not None:
        values["person"] = user.person_id
    return shape, values | {name: key for key, name in (agencies | people).items()}
