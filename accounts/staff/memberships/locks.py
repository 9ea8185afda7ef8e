"""The locks under which people are changed: one person, or all who manage people."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection

from accounts.models import User

#: Key of the advisory lock under which it is decided whether enough managers are left.
_MANAGERS: Final = 7_120_103


def lock_person(key: UUID) -> User:
    """Lock a member of staff until the transaction ends, and return the row as it is now."""
    return User.objects.select_for_update().get(pk=key, is_staff=True)


def lock_managers() -> None:
    """Let one transaction at a time take roles from those who manage people; take it before ``lock_person``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MANAGERS])
