"""Recusals: staff whom a case is about neither handle it nor read it, and get no messages about it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models.history import events_of_its_case
from complaints.models.texts import TEXT_LENGTH


class RecusalQuerySet(models.QuerySet["Recusal"]):
    """Filters for recusals."""

    def open(self) -> Self:
        """Return those in force, which nobody has taken back."""
        return self.filter(ended_at__isnull=True)


class Recusal(models.Model):
    """A member of staff who is recused from a case, because it is about them, until somebody takes that back.

    ``named_by`` is None where the name was found in what the citizen typed. ``text`` is the reason of the recusal and
    ``end_text`` that of its end. Database triggers refuse any change but ending it once, a recused person as officer
    of the case, and an event by a recused person.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="recusals")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    end_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    named_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    at = models.DateTimeField()
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    end_text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RecusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("recusal")
        ordering = ["at", "id"]
        constraints = [
            events_of_its_case("recusal_events_are_of_its_case", "event", "end_event"),
            models.UniqueConstraint(
                fields=["case", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="recusal_open_once_per_case_and_person",
            ),
            models.CheckConstraint(
                condition=models.Q(named_by__isnull=True) ^ ~models.Q(text=""), name="recusal_named_with_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True, end_text="")
                | (models.Q(ended_at__isnull=False, ended_by__isnull=False) & ~models.Q(end_text="")),
                name="recusal_ends_by_somebody_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_by__isnull=True) | ~models.Q(ended_by=models.F("person")),
                name="recusal_is_not_ended_by_its_person",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) ^ models.Q(end_event__isnull=False),
                name="recusal_end_has_its_event",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "case"], condition=models.Q(ended_at__isnull=True), name="recusal_open_of_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.person_id}"
