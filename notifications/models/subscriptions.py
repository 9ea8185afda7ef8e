"""The browsers and telephones that asked for notifications."""

import hashlib
import json
import uuid
from datetime import timedelta
from typing import Final, NamedTuple, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from kit.crypto import EncryptedText

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
