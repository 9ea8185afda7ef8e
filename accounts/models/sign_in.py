"""What is kept while somebody signs in or registers: codes sent by SMS, form drafts, and counters for rate limits."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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
