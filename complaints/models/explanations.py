"""Explanations of a delay: what the secretary-general or the minister's office asks, and what the desk answers."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models.history import events_of_its_case
from complaints.models.texts import TEXT_LENGTH


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    """Filters for explanations."""

    def open(self) -> Self:
        """Return those that were asked for and not given yet."""
        return self.filter(answered_at__isnull=True)


class Explanation(models.Model):
    """Why a case is late: asked for by the leadership of its ``agency``, and answered by the desk there.

    One is open for a case and agency at a time. Whoever has the case later neither reads nor answers it.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="explanations")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    answer_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    question = models.TextField(max_length=TEXT_LENGTH)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(max_length=TEXT_LENGTH, blank=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        verbose_name = _("explanation of a delay")
        ordering = ["asked_at", "id"]
        constraints = [
            events_of_its_case("explanation_events_are_of_its_case", "event", "answer_event"),
            models.UniqueConstraint(
                fields=["case", "agency"],
                condition=models.Q(answered_at__isnull=True),
                name="explanation_one_open_per_case_and_agency",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answered_by=None, answer_event=None, answer="")
                | models.Q(answered_at__isnull=False, answered_by__isnull=False, answer_event__isnull=False)
                & ~models.Q(answer=""),
                name="explanation_is_answered_by_somebody_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.event_id}"
