"""What was typed into a form and not sent yet, and which forms were sent: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kit.crypto import EncryptedText

PATH_LENGTH = 200


class UnsentForm(models.Model):
    """The fields of a form that a person left unsent, encrypted: one row for each person and page.

    ``key`` is that of the page that saved last. Keys grow with the time at which a page was opened, so that of two tabs
    the one opened later wins. ``ended_at`` is when the page could no longer be sent, and its words were shown instead.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="unsent_forms")
    case = models.ForeignKey("complaints.Case", models.CASCADE, null=True, related_name="unsent_forms")
    path = models.CharField(max_length=PATH_LENGTH)
    key = models.UUIDField()
    content = EncryptedText()
    saved_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("unsent form")
        verbose_name_plural = _("unsent forms")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "path"], name="unsentform_once_per_page"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SentForm(models.Model):
    """That the form of one opened page was sent: a repeated request finds the row and does nothing."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")

    def __str__(self) -> str:
        return str(self.key)
