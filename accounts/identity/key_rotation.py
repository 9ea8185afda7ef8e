"""Encrypts again, with the current key, what retired keys encrypted, table by table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction

from kit.crypto import EncryptedText, Sealed, current_key_id, key_id

BATCH: Final = 200


def encrypted_models() -> list[type[models.Model]]:
    """Return every model of every app that has encrypted fields."""
    return [model for model in apps.get_models() if encrypted_fields(model)]


def encrypted_fields(model: type[models.Model]) -> list[str]:
    """Return the names of the encrypted fields of ``model``, which are those of its columns too."""
    return [field.attname for field in model._meta.concrete_fields if isinstance(field, EncryptedText)]  # noqa: SLF001


def rotate(model: type[models.Model]) -> int:
    """Encrypt again what an older key encrypted, in short transactions by ascending id; return how many rows changed.

    It may be stopped at any moment and started again: rows with the current key are skipped.
    """
    return sum(_rotate_batch(model, keys) for keys in _batches(model))


def _batches(model: type[models.Model]) -> Iterator[list[Any]]:
    rows = model._base_manager.order_by("pk").values_list("pk", flat=True)  # noqa: SLF001 - Django's public name
    keys = list(rows[:BATCH])
    while keys:
        yield keys
        keys = list(rows.filter(pk__gt=keys[-1])[:BATCH])


@transaction.atomic
def _rotate_batch(model: type[models.Model], keys: list[Any]) -> int:
    rows = model._base_manager.filter(pk__in=keys).select_for_update().order_by("pk")  # noqa: SLF001
    return sum(_rotate_row(row) for row in rows)


def _rotate_row(row: models.Model) -> bool:
    stale = [name for name in encrypted_fields(type(row)) if _is_stale(row.__dict__[name])]
    for name in stale:
        # Reading decrypts the value; saving encrypts it with the current key.
        getattr(row, name)
    if stale:
        row.save(update_fields=stale)
    return bool(stale)


def _is_stale(held: object) -> bool:
    return isinstance(held, Sealed) and key_id(held) != current_key_id()
