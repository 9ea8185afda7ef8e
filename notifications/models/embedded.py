"""The messages that the embedded carrier took, for development and demonstrations."""

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kit.crypto import EncryptedText
from notifications.models.messages import Channel


class EmbeddedMail(models.Model):
    """A message that the embedded carrier took, and a real one would have delivered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No foreign key: a carrier knows our messages by the id it was given.
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
