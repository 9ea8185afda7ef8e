"""Keys of programs: made and shown once, stored as hashes, found by what a program sends, revoked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Final

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.models import ProgramKey

#: Bytes of chance in a key: nobody finds one by trying, so that a plain hash keeps it.
_BYTES: Final = 32


def make(name: str, *, agency: Agency | None, contact: Citizen, by: User, at: datetime) -> tuple[ProgramKey, str]:
    """Make a key and return it with its text, which nobody can read again."""
    text = secrets.token_urlsafe(_BYTES)
    row = ProgramKey(name=name, agency=agency, contact=contact, made_by=by, made_at=at)
    row.digest, row.ends_with = _digest(text), text[-4:]
    row.save(force_insert=True)
    return row, text


def find(text: str) -> ProgramKey | None:
    """Return the key that a program sent; None for a revoked one, and where its contact can no longer sign in."""
    keys = ProgramKey.objects.select_related("agency", "contact__user")
    return keys.filter(digest=_digest(text), revoked_at=None, contact__user__is_active=True).first()


def revoke(key: int, *, by: User, at: datetime) -> bool:
    """Revoke a key; False where it is revoked already."""
    return bool(ProgramKey.objects.filter(pk=key, revoked_at=None).update(revoked_at=at, revoked_by=by))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
