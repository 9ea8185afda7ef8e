"""Corrections of what a case is: its topic and its kind, before and after."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

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
