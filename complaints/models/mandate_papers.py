"""The files that prove a mandate, which the unit alone sees."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class MandatePaper(models.Model):
    """A file that proves a mandate, sent by its representative: gone some time after the mandate is over."""

    mandate = models.ForeignKey("accounts.Mandate", models.PROTECT, related_name="+")
    attachment = models.OneToOneField("complaints.Attachment", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("paper of a mandate")
        verbose_name_plural = _("papers of mandates")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.mandate_id}: {self.attachment_id}"
