"""What happened to a case and who held it when: append-only events and the spans of its holders."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models.case import PASSING_ON
from complaints.workflow import Holder, State


class CaseEvent(models.Model):
    """One thing done to a case; never changed, never deleted (a trigger refuses it).

    ``facts`` holds ids, codes, dates and hashes only: words live in rows that retention may erase.
    ``chain`` is the SHA-256 of the event before it and of this one (see ``complaints.engine.history_chain``).
    """

    case = models.ForeignKey("complaints.Case", models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=20)
    from_state = models.CharField(max_length=12, choices=State, blank=True)
    to_state = models.CharField(max_length=12, choices=State)
    at = models.DateTimeField()
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    on_behalf_of = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    facts = models.JSONField(default=dict)
    chain = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("event")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="event_number_is_unique")]
        indexes = [
            models.Index(fields=["actor", "action"], condition=models.Q(actor__isnull=False), name="event_of_actor"),
            models.Index(
                fields=["actor", "-case"],
                condition=models.Q(actor__isnull=False, action__in=PASSING_ON),
                name="event_passing_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.number} {self.action}"


class _Span(models.Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Holding(models.Model):
    """One span in which one party had the case in hand; the spans of an open stretch tile it.

    The database refuses two open spans and any overlap; ``complaints.engine.transition`` starts each span in the moment
    the one before it ends.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="holdings")
    holder = models.CharField(max_length=14, choices=Holder)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    directorate = models.ForeignKey("agencies.Directorate", models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("holding")
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="holding_one_open_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("started_at")),
                name="holding_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~models.Q(holder__in=[Holder.AGENCY, Holder.DIRECTORATE]) | models.Q(agency__isnull=False),
                name="holding_of_an_agency_names_it",
            ),
            ExclusionConstraint(
                name="holding_spans_do_not_overlap",
                expressions=[
                    (_Span("started_at", "ended_at", RangeBoundary()), RangeOperators.OVERLAPS),
                    ("case", RangeOperators.EQUAL),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.holder}"
