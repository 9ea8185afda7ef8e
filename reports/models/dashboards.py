"""The lists of dashboards that cost too much for a page: a worker makes them, and a page shows the newest."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptListName(models.TextChoices):
    """The lists that are kept."""

    RISES = "rises", _("Sudden rises")
    QUIET = "quiet", _("Quiet agencies")
    AT_RISK = "at_risk", _("Agencies that may miss promises")
    MISSED = "missed", _("Missed deadlines")
    DIRECTORY = "directory", _("Directory health")
    MESSAGES = "messages", _("Messages in trouble")


class KeptList(models.Model):
    """One list as it stood at ``made_at``: keys and numbers without names and texts, which the page adds.

    Written by ``reports.dashboards.kept`` alone.
    """

    name = models.CharField(primary_key=True, max_length=12, choices=KeptListName)
    made_at = models.DateTimeField()
    content = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("list of a dashboard")

    def __str__(self) -> str:
        return f"{self.name} {self.made_at:%Y-%m-%d %H:%M}"
