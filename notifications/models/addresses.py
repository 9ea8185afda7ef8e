"""What is known against addresses: where nothing arrives, who asked to be left alone, who is somebody else."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kit.crypto import EncryptedText
from notifications.models.messages import Channel


class Verdict(models.TextChoices):
    """Why nothing but a code is sent to an address."""

    DEAD = "dead", _("messages do not arrive there")
    STOPPED = "stopped", _("its owner asked us to stop")
    STRANGER = "stranger", _("it belongs to someone else")


class AddressStatus(models.Model):
    """A verdict on one address, found by its keyed hash; the row is deleted when the owner proves the address anew."""

    channel = models.CharField(max_length=8, choices=Channel)
    address_lookup = models.CharField(max_length=64)
    verdict = models.CharField(max_length=12, choices=Verdict)
    code = models.CharField(max_length=40, blank=True, help_text="What the carrier said.")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("address status")
        verbose_name_plural = _("address statuses")
        constraints = [
            models.UniqueConstraint(fields=["channel", "address_lookup"], name="addressstatus_once"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="addressstatus_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.verdict}"


# ---- The browsers and telephones that asked for notifications. ----


#: After so long a notification is no news: it is not sent any more, and a push service keeps it no longer.
PUSH_LIFE: Final = timedelta(hours=24)


class PushSubscription(models.Model):
    """One browser of a recipient that takes Web Push; the row goes with its permission, or when the service says so.

    ``address`` is where it is reached, with the keys that only the browser can open what is sent with (RFC 8291).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.CharField(max_length=80, help_text="The key of its owner, as on messages.")
    address = EncryptedText()
    endpoint_hash = models.CharField(
        max_length=64, unique=True, help_text="A browser has one endpoint: whoever subscribes last owns it."
    )
    device = models.CharField(max_length=60, blank=True, help_text='Browser and system, as "Firefox, Android".')
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")
        indexes = [models.Index(fields=["recipient"], name="pushsubscription_of")]

    def __str__(self) -> str:
        return f"{self.device or 'browser'} {self.pk}"

    @property
    def key(self) -> str:
        """The recipient of what is pushed to this browser alone."""
        return f"{self.recipient}:push:{self.pk.hex[:16]}"


class PushAddress(NamedTuple):
    """Where a browser is reached: the address at its push service, its public key, and the secret it shares with us."""

    endpoint: str
    p256dh: str
    auth: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what ``text`` says; raise ValueError where it is no address."""
        try:
            return cls(**json.loads(text))
        except TypeError as error:
            raise ValueError from error

    def __str__(self) -> str:
        return json.dumps(self._asdict())


def endpoint_hash(endpoint: str) -> str:
    """Return by what a subscription is found; an endpoint is as long and random as a key, and needs none."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


# ---- The programs outside that are called by webhook, and that call us: where they are, and with which
# secrets.


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
