"""The people of copied cases: a copy of each person who filed, so that nobody has more cases among more.

Staff are not copied. A copy has the name, the number and the phone of whom it is copied from, but is found by neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db import connection, models

from accounts.models import Citizen, User
from complaints.models import Case
from kit.crypto import EncryptedText, seal

#: In the order of their foreign keys.
PEOPLE: Final[tuple[type[models.Model], ...]] = (User, Citizen)
#: Columns that no two rows may share: what a copy has there instead.
OWN: Final = {
    "accounts_user.login": "'c:' || md5(id::text || copy * %(step)s)::uuid",
    "accounts_citizen.number_lookup": "md5(number_lookup || copy * %(step)s)",
    "accounts_citizen.phone_lookup": "md5(phone_lookup || copy * %(step)s)",
}
_FILERS: Final = "SELECT citizen_id FROM complaints_case WHERE id <= %(step)s"
#: Which rows are copied: those of people who filed the cases that are copied.
COPIED: Final[dict[type[models.Model], str]] = {
    User: f"id IN (SELECT user_id FROM accounts_citizen WHERE id IN ({_FILERS}))",
    Citizen: f"id IN ({_FILERS})",
}
_SEALED: Final = [field for field in Citizen._meta.concrete_fields if isinstance(field, EncryptedText)]


def twin(column: str, to: type[models.Model], *, is_key: bool) -> str:
    """Return the key of the copy of the person in ``column``; where it may be one of the staff, the key itself."""
    made = f"md5({column}::text || copy * %(step)s)::uuid"
    if is_key or to is not User:
        return made
    return f"CASE WHEN {column} IN (SELECT id FROM accounts_user WHERE is_staff) THEN {column} ELSE {made} END"


def seal_copies(first: int, last: int, step: int) -> None:
    """Encrypt what is encrypted of the copies from ``first`` to ``last`` anew: a ciphertext opens in its row only."""
    columns = [str(field.column) for field in _SEALED]
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE sealed ON COMMIT DROP AS SELECT id, {', '.join(columns)} FROM accounts_citizen LIMIT 0"
        )
        # Read before: no rows come while others are copied.
        people = list(Citizen.objects.filter(pk__in=Case.objects.filter(pk__lte=step).values("citizen")))
        with cursor.copy(f"COPY sealed (id, {', '.join(columns)}) FROM STDIN") as copying:
            for row in _sealed(people, range(first * step, (last + 1) * step, step)):
                copying.write_row(row)
        values = ", ".join(f"{column} = sealed.{column}" for column in columns)
        cursor.execute(f"UPDATE accounts_citizen SET {values} FROM sealed WHERE accounts_citizen.id = sealed.id")


def _sealed(people: list[Citizen], distances: range) -> Iterator[list[Any]]:
    for person in people:
        texts = [(field, getattr(person, field.attname)) for field in _SEALED]
        for distance in distances:
            key = UUID(hashlib.md5(f"{person.pk}{distance}".encode(), usedforsecurity=False).hexdigest())
            yield [key, *(_sealed_for(key, field, value) for field, value in texts)]


def _sealed_for(key: UUID, field: EncryptedText, value: object) -> bytes | None:
    if value is None:
        return None
    return bytes(seal(field.as_text(value), bound_to=f"{Citizen._meta.db_table}.{field.column}:{key}"))
