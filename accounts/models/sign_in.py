"""What is kept while somebody signs in or registers: codes sent by SMS, form drafts, and counters for rate limits."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from kit.crypto import EncryptedText, LookupField


class Purpose(models.TextChoices):
    """What a code or a form draft is for; a code sent for one purpose is not accepted for another."""

    REGISTER = "register", _("registration")
    RESET = "reset", _("forgotten password")
    CHANGE_PHONE = "change_phone", _("change of mobile number")
    FACTOR = "factor", _("second factor")
    RECOVERY = "recovery", _("recovery codes")
    STEP_UP = "step_up", _("form sent before the second factor")
    OIDC = "oidc", _("digital identity")
    SESSION_OVER = "session_over", _("form sent after the session ended")
    ANSWERED = "answered", _("answer to a form of a browser without script")


class PhoneCode(models.Model):
    """A code of five digits sent to one telephone for one purpose in one session.

    A guess is compared with ``digest``; ``code`` is kept, encrypted, only to send the same code again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=14, choices=Purpose)
    session_hash = models.CharField(max_length=64)
    phone = EncryptedText()
    phone_lookup = LookupField(source="phone", purpose="phone")
    code = EncryptedText()
    digest = models.CharField(max_length=64)
    language = models.CharField(max_length=2)
    tries = models.PositiveSmallIntegerField(default=0)
    sendings = models.PositiveSmallIntegerField(default=1)
    sent_at = models.DateTimeField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        indexes: ClassVar = [
            models.Index(fields=["session_hash", "purpose", "phone_lookup", "-created_at"], name="phonecode_session"),
            models.Index(fields=["created_at"], name="phonecode_age"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class FormDraftQuerySet(models.QuerySet["FormDraft"]):
    """Queries for form drafts."""

    def alive(self, at: datetime) -> Self:
        """Return the drafts that have not expired."""
        return self.filter(expires_at__gt=at)


class FormDraft(models.Model):
    """What a visitor typed in the steps before the code, encrypted: neither session nor cookie holds it.

    One row for each session and purpose; deleted after a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=14, choices=Purpose)
    session_hash = models.CharField(max_length=64)
    payload = EncryptedText()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = FormDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("unfinished form")
        verbose_name_plural = _("unfinished forms")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session_hash", "purpose"], name="formdraft_once_per_session"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class RateCounter(models.Model):
    """How often something happened for one key (a phone, an address) in one window of time; ``key`` is a keyed hash."""

    scope = models.CharField(max_length=24)
    key = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "key", "starts_at"], name="ratecounter_window"),
            models.CheckConstraint(condition=Q(count__gte=0), name="ratecounter_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.starts_at:%Y-%m-%d %H:%M}"


# ---- The sessions of everybody who visits, found by the hash of their key. ----


class Session(models.Model):
    """A session; ``accounts.sign_in.sessions`` reads and writes it. A trigger ends those of a user whose roles change.

    ``session_key`` is the hash of the key in the cookie, so whoever reads the table cannot use a session.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return self.session_key[:8]


# ---- Where people are signed in with an app, and the answers that a repeated request of an app gets again. ----


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


# ---- The second factors of staff: authenticator apps and passkeys, and the recovery codes that replace them
# once.


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
