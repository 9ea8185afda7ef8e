"""Who joined a known problem instead of filing, and whom that told of its end."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.channels import Channel


class ProblemJoin(models.Model):
    """One person who has a known problem too; once for each person and problem.

    ``told_at`` is when the message of the end was written. Some time later nothing says any more who it was:
    ``citizen`` is then empty, and the row is only counted.
    """

    problem = models.ForeignKey("agencies.KnownProblem", models.PROTECT, related_name="joins")
    citizen = models.ForeignKey("accounts.Citizen", models.PROTECT, null=True, blank=True, related_name="joins")
    entered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=12, choices=Channel, default=Channel.WEB)
    joined_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("person with a known problem")
        verbose_name_plural = _("people with a known problem")
        ordering = ["-joined_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["problem", "citizen"], name="problem_joined_once"),
            models.CheckConstraint(
                condition=Q(citizen__isnull=False) | Q(told_at__isnull=False), name="problem_join_forgotten_when_told"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["problem", "id"], condition=Q(told_at=None), name="problem_join_untold"),
        ]

    def __str__(self) -> str:
        return f"{self.problem_id}: {self.pk}"
