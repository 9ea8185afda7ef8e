"""What stands at the doors: codes sent to telephones, what was typed in an unfinished form, and counters."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kit.crypto import EncryptedText, LookupField


class Purpose(models.TextChoices):
    """What a code, or an unfinished form, is for; a code of one purpose is nothing for another."""

    REGISTER = "register", _("registration")
    RESET = "reset", _("forgotten password")
    CHANGE_PHONE = "change_phone", _("change of mobile number")


class PhoneCode(models.Model):
    """A code of five digits sent to one telephone for one purpose in one session.

    ``digest`` is what a guess is compared with; ``code`` is kept, encrypted, only so that a resend can say the same.
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
            models.Index(
                fields=["session_hash", "purpose", "phone_lookup", "-created_at"], name="phonecode_of_session"
            ),
            models.Index(fields=["created_at"], name="phonecode_age"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class UnfinishedQuerySet(models.QuerySet["Unfinished"]):
    """Questions about unfinished forms."""

    def alive(self, at: datetime) -> Self:
        """Keep what is not too old to be finished."""
        return self.filter(expires_at__gt=at)


class Unfinished(models.Model):
    """What a visitor typed in the steps before the code, encrypted, so that no session and no cookie holds it.

    One row for each session and purpose; swept after a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=14, choices=Purpose)
    session_hash = models.CharField(max_length=64)
    payload = EncryptedText()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = UnfinishedQuerySet.as_manager()

    class Meta:
        verbose_name = _("unfinished form")
        verbose_name_plural = _("unfinished forms")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session_hash", "purpose"], name="unfinished_once_a_session"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class Throttle(models.Model):
    """How often something happened for one key (a phone, an address) in one window of time; keys are keyed hashes."""

    scope = models.CharField(max_length=24)
    key = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "key", "starts_at"], name="throttle_window"),
            models.CheckConstraint(condition=Q(count__gte=0), name="throttle_counts_up"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.starts_at:%Y-%m-%d %H:%M}"
