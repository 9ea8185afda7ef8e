"""Which of an agency's own sites a case came through."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SiteCase(models.Model):
    """A case that was begun on an agency's own site; its channel says so too."""

    case = models.OneToOneField("complaints.Case", models.CASCADE, primary_key=True, related_name="+")
    site = models.ForeignKey("agencies.AgencySite", models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("case from an agency's website")
        verbose_name_plural = _("cases from agencies' websites")
        indexes: ClassVar = [models.Index(fields=["site", "filed_at"], name="site_case_by_day")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.site_id}"
