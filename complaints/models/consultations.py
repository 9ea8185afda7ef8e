"""What an agency asks its technical directorates about a case, and what they reply: an estimate and a finding."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models.history import events_of_its_case
from complaints.models.texts import TEXT_LENGTH


class ConsultationState(models.TextChoices):
    """The state of a request to a directorate."""

    ASKED = "asked", _("Asked")
    ESTIMATED = "estimated", _("Time given")
    FOUND = "found", _("Finding given")
    REVOKED = "revoked", _("Cancelled")


#: The states in which the directorate holds the case.
WITH_DIRECTORATE = (ConsultationState.ASKED, ConsultationState.ESTIMATED)


class Consultation(models.Model):
    """One request to a directorate for an estimate and a finding, answered through a signed link without an account.

    The link carries the signed key of this row: it opens one case, until ``expires_at`` or until the consultation ends.
    ``days`` are the working days of the newest ``Estimate``.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="consultations")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    finding_event = models.OneToOneField(
        "complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoke_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    directorate = models.ForeignKey("agencies.Directorate", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ConsultationState, default=ConsultationState.ASKED)
    text = models.TextField(max_length=TEXT_LENGTH)
    language = models.CharField(max_length=2, default="ar")
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    finding = models.TextField(max_length=TEXT_LENGTH, blank=True)
    signed_as = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consultation")
        ordering = ["asked_at", "id"]
        constraints = [
            events_of_its_case("consultation_events_are_of_its_case", "event", "finding_event", "revoke_event"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=WITH_DIRECTORATE), name="consultation_one_open_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=WITH_DIRECTORATE) ^ models.Q(ended_at__isnull=False),
                name="consultation_ends_with_its_state",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ConsultationState.FOUND) | ~models.Q(finding=""),
                name="consultation_is_found_with_a_finding",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ConsultationState.FOUND, finding_event__isnull=False)
                | (~models.Q(state=ConsultationState.FOUND) & models.Q(finding_event__isnull=True)),
                name="consultation_finding_has_its_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"


class Estimate(models.Model):
    """The working days a directorate asked for at one moment; every one after the first has a reason."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="estimates")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    reason = models.TextField(max_length=TEXT_LENGTH, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("estimate")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="estimate_number_is_unique"),
            models.CheckConstraint(
                condition=models.Q(number=1) | ~models.Q(reason=""), name="estimate_changes_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id}: {self.days}"
