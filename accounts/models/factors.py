"""The second factors of staff: authenticator apps and passkeys, and the recovery codes that replace them once."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from kit.crypto import EncryptedText


class FactorKind(models.TextChoices):
    """How a second factor proves that it is there."""

    APP = "app", _("Authenticator app")
    PASSKEY = "passkey", _("Passkey")


class Factor(models.Model):
    """A second factor of a member of staff.

    ``secret`` is the key of an app in Base32, or the id and public key of a passkey in Base64. ``counter`` only moves
    forward: it is the last time step of which an app's code was accepted, or the last count of a passkey's signatures.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8, choices=FactorKind)
    name = models.CharField(max_length=60)
    secret = EncryptedText()
    #: SHA-256 of a passkey's id, which belongs to one person only; empty for an app.
    passkey_hash = models.CharField(max_length=64, default="")
    counter = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["passkey_hash"], condition=~Q(passkey_hash=""), name="factor_passkey_is_one_persons"
            ),
            models.CheckConstraint(
                condition=Q(kind=FactorKind.PASSKEY) ^ Q(passkey_hash=""), name="factor_passkey_has_its_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class RecoveryCode(models.Model):
    """One of the numbered codes by which a person signs in without the factor, once; stored as a salted hash."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    number = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=128)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "number"], name="recoverycode_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.number}"
