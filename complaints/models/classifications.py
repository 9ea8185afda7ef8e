"""Corrections of what a case is: its topic and its kind, before and after."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.channels import Channel
from complaints.models.history import events_of_its_case
from complaints.workflow import Kind


class Classification(models.Model):
    """One correction of the topic or the kind of a case; ``agency`` had the case then, None if nobody had it.

    A case that was closed already is marked by ``after_closing``: the answer was given under the old topic.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="classifications")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    topic_before = models.ForeignKey("agencies.Topic", models.PROTECT, null=True, blank=True, related_name="+")
    topic_after = models.ForeignKey("agencies.Topic", models.PROTECT, related_name="+")
    kind_before = models.CharField(max_length=12, choices=Kind)
    kind_after = models.CharField(max_length=12, choices=Kind)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    after_closing = models.BooleanField(default=False)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("correction of topic or kind")
        ordering = ["at", "id"]
        constraints = [
            events_of_its_case("classification_event_is_of_its_case", "event"),
            models.CheckConstraint(
                condition=models.Q(topic_before__isnull=True)
                | ~models.Q(topic_after=models.F("topic_before"))
                | ~models.Q(kind_after=models.F("kind_before")),
                name="classification_corrects_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.topic_before_id} {self.topic_after_id}"


# ---- Who joined a known problem instead of filing, and whom that told of its end. ----


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
