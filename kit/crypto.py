"""Encrypted model fields bound to their row, and the keyed look-up beside them; imports nothing of ours.

What is stored is ``key id length · key id · nonce · ciphertext`` (AES-256-GCM). The associated data names table, column
and row, so a ciphertext copied to another row or column does not open. Rows therefore need a key made before the
insert: a UUID with a default.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.backends.base.base import BaseDatabaseWrapper

    _Field = models.Field[Any, Any]
    _CharField = models.CharField[str, str]
else:
    # Fields take type arguments in the stubs only.
    _Field = models.Field
    _CharField = models.CharField

KEY_BYTES = 32
NONCE_BYTES = 12
LOOKUP_LENGTH = 64
LONGEST_KEY_ID = 32


class Unreadable(Exception):
    """A ciphertext does not open: another row's, an unknown key, or damaged bytes."""


class Sealed(bytes):
    """Ciphertext as it lies in the database, told apart from any other bytes."""

    __slots__ = ()


@lru_cache(maxsize=8)
def named_keys(text: str, *, name: str) -> Mapping[str, bytes]:
    """Return the keys of ``kid:base64,kid2:base64`` by key id, the first being the one that writes.

    ``name`` is that of the setting. Raises ``ImproperlyConfigured``.
    """
    keys: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        kid, _, encoded = entry.partition(":")
        if not kid or not kid.isascii() or len(kid) > LONGEST_KEY_ID or kid in keys:
            message = f"{name} needs entries like kid:base64, each with its own id."
            raise ImproperlyConfigured(message)
        keys[kid] = key_bytes(encoded, name=name)
    if not keys:
        message = f"{name} holds no key."
        raise ImproperlyConfigured(message)
    return keys


@lru_cache(maxsize=8)
def parse_keys(text: str) -> Mapping[str, AESGCM]:
    """Return the ciphers of ``kid:base64,kid2:base64`` by key id; the first is the one that writes."""
    return {kid: AESGCM(key) for kid, key in named_keys(text, name="IDENTITY_KEYS").items()}


def key_bytes(encoded: str, *, name: str) -> bytes:
    """Return the key that ``encoded`` is in base64; raise ``ImproperlyConfigured``, which says the setting's name."""
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        message = f"A key of {name} is not {KEY_BYTES} bytes in base64."
        raise ImproperlyConfigured(message)
    return key


def current_key_id() -> str:
    """Return the id of the key that new ciphertexts are written with."""
    return next(iter(parse_keys(settings.IDENTITY_KEYS)))


def seal(text: str, *, bound_to: str, kid: str = "") -> Sealed:
    """Encrypt ``text``, with the current key or with ``kid``, so that it opens only with the same ``bound_to``."""
    kid = kid or current_key_id()
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = parse_keys(settings.IDENTITY_KEYS)[kid].encrypt(nonce, text.encode(), bound_to.encode())
    return Sealed(bytes([len(kid)]) + kid.encode() + nonce + body)


def unseal(sealed: bytes, *, bound_to: str) -> str:
    """Return the text of ``sealed``; raise ``Unreadable`` if it is not for ``bound_to`` or its key is gone."""
    cipher = parse_keys(settings.IDENTITY_KEYS).get(key_id(sealed))
    if cipher is None:
        message = "The key of this ciphertext is not configured."
        raise Unreadable(message)
    start = 1 + sealed[0]
    nonce, body = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, body, bound_to.encode()).decode()
    except (InvalidTag, ValueError) as failed:
        message = "The ciphertext does not belong to this row or is damaged."
        raise Unreadable(message) from failed


def key_id(sealed: bytes) -> str:
    """Return the id of the key that ``sealed`` was written with."""
    if not sealed:
        return ""
    return sealed[1 : 1 + sealed[0]].decode("ascii", "replace")


def lookup(value: str, *, purpose: str) -> str:
    """Return the keyed hash by which ``value`` is found again, empty for nothing.

    ``purpose`` keeps a phone and a number of the same digits apart. The value must already be in its stored form.
    """
    return next(iter(lookups(value, purpose=purpose)), "")


def lookups(value: str, *, purpose: str) -> list[str]:
    """Return the hashes by which ``value`` may be stored: by LOOKUP_KEY, then by each of LOOKUP_KEY_FALLBACKS."""
    if not value:
        return []
    keys = [key_bytes(settings.LOOKUP_KEY, name="LOOKUP_KEY")]
    keys += [key_bytes(key, name="LOOKUP_KEY_FALLBACKS") for key in settings.LOOKUP_KEY_FALLBACKS]
    return [hmac.digest(key, f"{purpose}\0{value}".encode(), hashlib.sha256).hex() for key in keys]


class _SealedAttribute(DeferredAttribute):
    """Opens the ciphertext when the attribute is first read, never when the row is merely loaded."""

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed) and instance is not None:
            value = cast("EncryptedText", self.field).unseal_for(instance, value)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedText(_Field):
    """Text that is ciphertext in the database and plain text on the instance.

    It cannot be searched (``isnull`` apart), and ``queryset.update`` refuses plain text, because only an instance
    knows its row. An instance that never read the value writes the stored ciphertext back unchanged.
    """

    description = "Encrypted text"
    descriptor_class = _SealedAttribute
    empty_values = [None, ""]

    def get_internal_type(self) -> str:
        """Store bytes."""
        return "BinaryField"

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every condition but ``isnull``: the same text has many ciphertexts."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def from_db_value(self, value: bytes | None, *_: object) -> Sealed | None:
        """Mark what the database holds, to be opened on the first read."""
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:  # noqa: ARG002, FBT001 - Django's signature
        """Encrypt for the row; a value that was not opened since it was loaded goes back as it is."""
        held = model_instance.__dict__.get(self.attname)
        if held is None or isinstance(held, Sealed):
            return held
        return seal(self.as_text(held), bound_to=self.binding(model_instance))

    def get_db_prep_value(self, value: object, connection: BaseDatabaseWrapper, prepared: bool = False) -> bytes | None:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        """Pass ciphertext on, and refuse anything else."""
        if value is None:
            return None
        if isinstance(value, Sealed):
            return bytes(value)
        message = f"{self.name} takes no plain text here: set it on the instance and save that."
        raise FieldError(message)

    def value_to_string(self, obj: models.Model) -> str:
        """Refuse to serialise: a fixture would hold the text in clear."""
        message = f"{obj._meta.label}.{self.name} is never serialised."  # noqa: SLF001 - Django's public name
        raise FieldError(message)

    def binding(self, instance: models.Model) -> str:
        """Return what the ciphertext is bound to: table, column and key of the row."""
        if instance.pk is None:
            message = f"{instance._meta.label} needs a key before {self.name} can be encrypted."  # noqa: SLF001
            raise FieldError(message)
        return f"{self.model._meta.db_table}.{self.column}:{instance.pk}"  # noqa: SLF001

    def unseal_for(self, instance: models.Model, sealed: Sealed) -> Any:
        """Return the value of ``instance``'s ciphertext."""
        return self.as_value(unseal(sealed, bound_to=self.binding(instance)))

    def as_text(self, value: Any) -> str:
        """Return the text that is encrypted for ``value``."""
        return str(value)

    def as_value(self, text: str) -> Any:
        """Return the value that ``text`` stands for."""
        return text


class EncryptedDate(EncryptedText):
    """A day, encrypted as its ISO text."""

    description = "Encrypted date"

    def as_text(self, value: Any) -> str:
        """Return the ISO text; anything but a date is a mistake of the caller."""
        if not isinstance(value, date):
            message = f"{self.name} takes a date."
            raise FieldError(message)
        return value.isoformat()

    def as_value(self, text: str) -> date:
        """Return the day."""
        return date.fromisoformat(text)


class LookupField(_CharField):
    """The keyed hash of the encrypted field ``source``, filled when the row is saved.

    Whoever saves with ``update_fields`` names both fields.
    """

    def __init__(self, *, source: str, purpose: str, **options: Any) -> None:
        """Remember which field is hashed and under which purpose."""
        self.source = source
        self.purpose = purpose
        options.setdefault("max_length", LOOKUP_LENGTH)
        options.setdefault("editable", False)
        options.setdefault("default", "")
        options.setdefault("blank", True)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """Keep source and purpose in migrations."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source, "purpose": self.purpose}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 - Django's signature
        """Hash the source, unless it was not read since it was loaded and so cannot have changed."""
        held = model_instance.__dict__.get(self.source, Sealed())
        if not isinstance(held, Sealed):
            setattr(model_instance, self.attname, lookup(str(held or ""), purpose=self.purpose))
        return str(super().pre_save(model_instance, add))
