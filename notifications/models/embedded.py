"""The ledger of the embedded carrier."""

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kit.crypto import EncryptedText
from notifications.models.messages import Channel


class EmbeddedMail(models.Model):
    """The ledger of the embedded carrier: what a real one would have sent (development and demonstrations)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No foreign key: a carrier's ledger knows our messages by the id it was given, as a real one would.
    message_id = models.UUIDField(db_index=True)
    channel = models.CharField(max_length=8, choices=Channel)
    to = EncryptedText()
    subject = EncryptedText()
    body = EncryptedText()
    sent_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        verbose_name = _("message of the embedded carrier")
        verbose_name_plural = _("messages of the embedded carrier")

    def __str__(self) -> str:
        return f"{self.channel} {self.message_id}"
