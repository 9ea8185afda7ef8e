"""Where people are signed in with an app, and the answers that a repeated request of an app gets again."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from kit.crypto import EncryptedText


class SessionEnd(models.TextChoices):
    """Why an app's session ended before its time."""

    SIGNED_OUT = "signed_out", _("signed out in the app")
    REVOKED = "revoked", _("ended on the account page")
    REPLAYED = "replayed", _("an old key was used again")


class AppSession(models.Model):
    """One sign-in with an app; ``accounts.sign_in.app_sessions`` reads and writes it.

    Both keys are stored as hashes. ``password_mark`` is the keyed hash of the password's hash: another password ends
    the session. The keys that were given out for refreshing are rows of ``RefreshKey``: one family for each session.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="app_sessions")
    device = models.CharField(max_length=80)
    network = models.CharField(max_length=50)
    access_hash = models.CharField(max_length=64, unique=True)
    access_until = models.DateTimeField()
    password_mark = models.CharField(max_length=64)
    # The push subscription of the same telephone, which ends with the session; deleted rows need no trace here.
    push = models.UUIDField(null=True)
    policy_due = models.BooleanField(default=False)
    began_at = models.DateTimeField()
    used_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=SessionEnd, blank=True, default="")

    class Meta:
        verbose_name = _("app session")
        verbose_name_plural = _("app sessions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end="") | (models.Q(ended_at__isnull=False) & ~models.Q(end="")),
                name="appsession_ended_with_reason",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class RefreshKey(models.Model):
    """A key that was given out to go on with a session; it is used once, and a second use ends the session."""

    session = models.ForeignKey(AppSession, models.CASCADE, related_name="refresh_keys")
    key_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("refresh key")
        verbose_name_plural = _("refresh keys")

    def __str__(self) -> str:
        return str(self.pk)


class StoredAnswer(models.Model):
    """What a request with an idempotency key was answered; the same request gets it again, another is refused.

    ``request_hash`` is the keyed hash of method, address and body.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key_hash = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = EncryptedText(default="")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key_hash"], name="storedanswer_once")]

    def __str__(self) -> str:
        return str(self.id)
