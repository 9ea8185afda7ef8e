"""The files of a case, from its citizen or a directorate: stored under a random name, served only with the case."""

from __future__ import annotations

import mimetypes
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


def storage_name(attachment: Attachment, _name: str) -> str:
    """Return a random name, which reveals nothing about the person or the file."""
    return f"attachments/{attachment.id.hex[:2]}/{attachment.id.hex}"


class Attachment(models.Model):
    """One file, belonging to a draft until it is filed and to a case afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("complaints.Case", models.CASCADE, null=True, blank=True, related_name="attachments")
    # A finding's file comes from a directorate; staff alone see it.
    consultation = models.ForeignKey(
        "complaints.Consultation", models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    # complaints.attachments.uploads moves the files of a draft to the case or removes them: nothing is left to cascade.
    draft = models.ForeignKey("complaints.Draft", models.DO_NOTHING, null=True, blank=True, related_name="attachments")
    file = models.FileField(upload_to=storage_name)
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("attachment")
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case__isnull=True) ^ models.Q(draft__isnull=True),
                name="attachment_belongs_to_a_case_or_a_draft",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def plain_name(self) -> str:
        """Return a name for those who may not learn who filed the case: people name files after themselves."""
        return f"{self.id.hex[:8]}{mimetypes.guess_extension(self.content_type) or ''}"
