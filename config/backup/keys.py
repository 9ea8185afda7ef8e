"""Probes of the keys: a backup holds no key, and still tells whether it is given the right ones.

A probe is a known text encrypted with a key of IDENTITY_KEYS, or hashed with LOOKUP_KEY.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db import connection, models

from accounts.identity.key_rotation import encrypted_fields, encrypted_models
from config.backup import BackupRefused
from kit.crypto import Unreadable, current_key_id, lookup, lookups, parse_keys, seal, unseal

#: No key of IDENTITY_KEYS can have this name: an id is followed by a colon.
LOOKUP: Final = "lookup:"
_TEXT: Final = "a probe of a backup"
_SAMPLE: Final = 200


def probes() -> dict[str, str]:
    """Return a probe for LOOKUP_KEY and for each identity key that encrypts a row, or will encrypt the next."""
    used = {current_key_id(), *_used_keys()} & parse_keys(settings.IDENTITY_KEYS).keys()
    sealed = {kid: seal(_TEXT, bound_to=_binding(kid), kid=kid) for kid in sorted(used)}
    return {LOOKUP: _lookup_probe()} | {kid: base64.b64encode(probe).decode() for kid, probe in sealed.items()}


def check(found: dict[str, str]) -> None:
    """Raise ``BackupRefused`` unless the keys in the settings are those of the probes ``found``."""
    wrong = [kid for kid, probe in found.items() if kid != LOOKUP and not _opens(kid, probe)]
    if wrong:
        msg = (
            f"IDENTITY_KEYS lacks the key {wrong[0]}, or has another one under this name: the identities in the backup"
            " could not be read. Nothing was changed. Set the keys that were in use when the backup was made."
        )
        raise BackupRefused(msg)
    if found.get(LOOKUP) not in lookups(_TEXT, purpose="backup"):
        msg = (
            "LOOKUP_KEY is another one than when the backup was made: no number and no phone in it would be found."
            " Nothing was changed. Set the key that was in use then."
        )
        raise BackupRefused(msg)


def unreadable() -> Iterator[str]:
    """Yield a sentence for each encrypted column of which one of a sample of rows does not decrypt."""
    for model in encrypted_models():
        for field in encrypted_fields(model):
            rows = model._base_manager.filter(**{f"{field}__isnull": False}).order_by("-pk")[:_SAMPLE]  # noqa: SLF001 - Django's name
            if any(not _decrypts(row, field) for row in rows):
                yield f"{model._meta.db_table}.{field} has a row that does not decrypt"  # noqa: SLF001


def _decrypts(row: models.Model, field: str) -> bool:
    try:
        getattr(row, field)
    except Unreadable:
        return False
    return True


def _used_keys() -> Iterator[str]:
    """Yield the id of each key that encrypted a row."""
    for model in encrypted_models():
        for field in encrypted_fields(model):
            table, column = (connection.ops.quote_name(name) for name in (model._meta.db_table, field))  # noqa: SLF001
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT DISTINCT substr({column}, 2, get_byte({column}, 0)) FROM {table} WHERE {column} <> ''"  # noqa: S608 - names of ours
                )
                yield from (bytes(kid).decode("ascii", "replace") for (kid,) in cursor.fetchall())


def _opens(kid: str, probe: str) -> bool:
    try:
        return unseal(base64.b64decode(probe, validate=True), bound_to=_binding(kid)) == _TEXT
    except (Unreadable, binascii.Error, IndexError):
        return False


def _binding(kid: str) -> str:
    return f"backup:{kid}"


def _lookup_probe() -> str:
    return lookup(_TEXT, purpose="backup")
