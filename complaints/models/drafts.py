"""What a citizen has typed so far: one draft for each person and kind, so that a closed tab loses nothing."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models.case import DETAILS_LENGTH, EMPLOYEE_LENGTH, SUBJECT_LENGTH, NotifyBy
from complaints.workflow import Kind


class Draft(models.Model):
    """A case not yet filed; its ``id`` becomes the case's ``submission``, so that a repeated request files nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey("accounts.Citizen", models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=12, choices=Kind)
    agency = models.ForeignKey("agencies.Agency", models.SET_NULL, null=True, blank=True, related_name="+")
    agency_unknown = models.BooleanField(default=False)
    topic = models.ForeignKey("agencies.Topic", models.SET_NULL, null=True, blank=True, related_name="+")
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    details = models.TextField(max_length=DETAILS_LENGTH, blank=True)
    governorate = models.ForeignKey("agencies.Governorate", models.SET_NULL, null=True, blank=True, related_name="+")
    area = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=200, blank=True)
    employee = models.CharField(max_length=EMPLOYEE_LENGTH, blank=True)
    # By the code of the question: the words, the day as 2026-01-31, or the English words of the answer chosen.
    answers = models.JSONField(default=dict, blank=True)
    hides_identity = models.BooleanField(default=False)
    notify_by = models.CharField(max_length=5, choices=NotifyBy, default=NotifyBy.SMS)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        constraints = [models.UniqueConstraint(fields=["citizen", "kind"], name="draft_one_per_citizen_and_kind")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def has_agency_step(self) -> bool:
        """Tell whether the first step is complete: an agency or "I do not know", and a topic."""
        return (self.agency_id is not None or self.agency_unknown) and self.topic_id is not None

    @property
    def has_words(self) -> bool:
        """Tell whether the second step is complete."""
        return bool(self.subject and self.details)

    @property
    def is_complete(self) -> bool:
        """Tell whether the draft can be filed."""
        return self.has_agency_step and self.has_words
