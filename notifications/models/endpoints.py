"""The programs outside that are called by webhook, and that call us: where they are, and with which secrets."""

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from kit.crypto import EncryptedText


class Endpoint(models.Model):
    """One program outside. ``name`` is the key by which its messages, its route and its callbacks are found.

    A secret signs in both directions. After a change the earlier one is valid, beside the new one, until
    ``earlier_until``: both sign what leaves, and either is taken from what comes in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=40, unique=True, help_text="E.g. centre:7 or agency:12.")
    url = models.CharField(max_length=300, blank=True, help_text="Where it is called; empty: it is not.")
    answers_url = models.CharField(max_length=300, blank=True, help_text="Where its answers are fetched; empty: never.")
    cursor = models.CharField(max_length=200, blank=True, help_text="Its own mark of the answers fetched so far.")
    fetch_failed_at = models.DateTimeField(null=True, blank=True, help_text="Since when its answers cannot be fetched.")
    secret = EncryptedText()
    earlier_secret = EncryptedText(null=True)
    earlier_until = models.DateTimeField(null=True, blank=True)
    secret_made_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("program outside")
        verbose_name_plural = _("programs outside")

    def __str__(self) -> str:
        return self.name

    def keys(self, at: datetime) -> tuple[str, ...]:
        """Return the secrets that are valid at ``at``, the newest first."""
        earlier = self.earlier_secret if self.earlier_until and at < self.earlier_until else None
        return (str(self.secret), str(earlier)) if earlier else (str(self.secret),)


class ReceivedCall(models.Model):
    """A call of a program outside that was taken, and what it was answered; the same id is answered the same."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="calls")
    call_id = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the body.")
    answer = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("received call")
        verbose_name_plural = _("received calls")
        constraints = [models.UniqueConstraint(fields=["endpoint", "call_id"], name="receivedcall_once")]

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.call_id}"
