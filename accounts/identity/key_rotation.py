"""Encrypts again, with the current key, what retired keys encrypted, table by table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction

from accounts.models import Citizen, User
from kit.crypto import EncryptedText, LookupField, Sealed, current_key_id, key_id, lookup
from notifications import addresses
from notifications.models import Attempt, Channel

BATCH: Final = 200


def encrypted_models() -> list[type[models.Model]]:
    """Return every model of every app that has encrypted fields."""
    return [model for model in apps.get_models() if encrypted_fields(model)]


def encrypted_fields(model: type[models.Model]) -> list[str]:
    """Return the names of the encrypted fields of ``model``, which are those of its columns too."""
    return [field.attname for field in model._meta.concrete_fields if isinstance(field, EncryptedText)]  # noqa: SLF001


def key_rotation_rotate(model: type[models.Model]) -> int:
    """Encrypt again what an older key encrypted, in short transactions by ascending id; return how many rows changed.

    It may be stopped at any moment and started again: rows with the current key are skipped.
    """
    return sum(_key_rotation_rotate_batch(model, keys) for keys in _batches(model))


def _batches(model: type[models.Model]) -> Iterator[list[Any]]:
    rows = model._base_manager.order_by("pk").values_list("pk", flat=True)  # noqa: SLF001 - Django's public name
    keys = list(rows[:BATCH])
    while keys:
        yield keys
        keys = list(rows.filter(pk__gt=keys[-1])[:BATCH])


@transaction.atomic
def _key_rotation_rotate_batch(model: type[models.Model], keys: list[Any]) -> int:
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


# ---- Hashes again, by the current LOOKUP_KEY, what numbers, phones and addresses are found by, table by table. ----
#
# While it runs LOOKUP_KEY_FALLBACKS names the key before, by which everything is still found.


def models_found_by_hash() -> list[type[models.Model]]:
    """Return every model of every app with a ``LookupField``."""
    return [model for model in apps.get_models() if _fields(model)]


def rotate(model: type[models.Model]) -> int:
    """Hash again what an older key hashed, in short transactions by ascending id; return how many rows changed.

    It may be stopped at any moment and started again: rows with the current hash are left as they are.
    """
    return sum(_rotate_batch(model, keys) for keys in _portions(model._base_manager.all()))  # noqa: SLF001


def _portions(rows: models.QuerySet[Any]) -> Iterator[list[Any]]:
    """Yield the keys of ``rows`` in portions, ascending."""
    ordered = rows.order_by("pk").values_list("pk", flat=True)
    keys = list(ordered[:BATCH])
    while keys:
        yield keys
        keys = list(ordered.filter(pk__gt=keys[-1])[:BATCH])


@transaction.atomic
def _rotate_batch(model: type[models.Model], keys: Sequence[Any]) -> int:
    rows = model._base_manager.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")  # noqa: SLF001
    return sum(_lookup_rotation_rotate_row(row) for row in rows)


def _lookup_rotation_rotate_row(row: models.Model) -> bool:
    stale = {
        field.attname: hashed
        for field in _fields(type(row))
        if (hashed := lookup(getattr(row, field.source), purpose=field.purpose)) != getattr(row, field.attname)
    }
    if stale:
        type(row)._base_manager.filter(pk=row.pk).update(**stale)  # noqa: SLF001
    return bool(stale)


def _fields(model: type[models.Model]) -> list[LookupField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, LookupField)]  # noqa: SLF001


# ---- what carriers said about addresses ----


def rotate_addresses() -> int:
    """Hash again what is known of the addresses of people and of messages; return how many rows changed.

    A verdict does not hold its address, so it is found by those that are known. It may be stopped and started again.
    """
    changed = 0
    for model in (Citizen, User):
        changed += sum(_rotate_people(model, keys) for keys in _portions(model._base_manager.all()))  # noqa: SLF001
    return changed + sum(_rotate_attempts(keys) for keys in _portions(Attempt.objects.exclude(address_lookup="")))


@transaction.atomic
def _rotate_people(model: type[Citizen | User], keys: Sequence[Any]) -> int:
    people = model._base_manager.filter(pk__in=keys)  # noqa: SLF001
    ways = ((channel, address) for one in people for channel, address in _addresses(one) if address)
    return sum(addresses.rehash(channel, address) for channel, address in ways)


def _addresses(person: Citizen | User) -> tuple[tuple[Channel, str], ...]:
    return (Channel.SMS, person.phone), (Channel.EMAIL, person.email)


@transaction.atomic
def _rotate_attempts(keys: Sequence[Any]) -> int:
    attempts = Attempt.objects.filter(pk__in=keys).select_related("message")
    return sum(addresses.rehash_attempt(attempt) for attempt in attempts)
