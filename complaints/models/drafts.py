"""What somebody has typed so far, so that a closed tab loses nothing: of a citizen, or of a visitor not signed in."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models.case import DETAILS_LENGTH, EMPLOYEE_LENGTH, SUBJECT_LENGTH
from complaints.models.channels import NotifyBy
from complaints.models.coordinates import are_in_jordan_or_absent
from complaints.models.files import VOICE_TYPE
from complaints.workflow import Kind
from kit.crypto import EncryptedText


class Draft(models.Model):
    """A case not yet filed; its ``id`` becomes the case's ``submission``, so that a repeated request files nothing.

    It belongs to a citizen, or to a visitor: ``visitor`` is then the keyed hash of the reference in a cookie. ``typed``
    is what the last press left that is not in order, as the page shows it again. ``site`` is the agency's own site on
    which it was begun. By a ``mandate`` the case becomes that of the person for whom the citizen speaks.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey("accounts.Citizen", models.CASCADE, null=True, blank=True, related_name="drafts")
    visitor = models.CharField(max_length=64, blank=True, default="", db_default="")
    mandate = models.ForeignKey(
        "accounts.Mandate",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        # No draft is looked for by it, and a mandate is never deleted.
        db_index=False,
        db_constraint=False,
    )
    kind = models.CharField(max_length=12, choices=Kind)
    agency = models.ForeignKey("agencies.Agency", models.SET_NULL, null=True, blank=True, related_name="+")
    agency_unknown = models.BooleanField(default=False)
    topic = models.ForeignKey("agencies.Topic", models.SET_NULL, null=True, blank=True, related_name="+")
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    details = models.TextField(max_length=DETAILS_LENGTH, blank=True)
    governorate = models.ForeignKey("agencies.Governorate", models.SET_NULL, null=True, blank=True, related_name="+")
    area = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    employee = models.CharField(max_length=EMPLOYEE_LENGTH, blank=True)
    # By the code of the question: the words, the day as 2026-01-31, or the English words of the answer chosen.
    answers = models.JSONField(default=dict, blank=True)
    hides_identity = models.BooleanField(default=False)
    notify_by = models.CharField(max_length=5, choices=NotifyBy, default=NotifyBy.SMS)
    # Without a constraint, which would lock the drafts that are being written: sites are ended, never deleted.
    site = models.ForeignKey(
        "agencies.AgencySite",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    typed = models.TextField(blank=True, default="", db_default="")
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(citizen__isnull=False, visitor="")
                | (models.Q(citizen=None) & ~models.Q(visitor="")),
                name="draft_of_a_citizen_or_a_visitor",
            ),
            models.CheckConstraint(condition=are_in_jordan_or_absent(), name="draft_is_in_jordan"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["visitor"], condition=~models.Q(visitor=""), name="draft_of_visitor"),
            models.Index(fields=["updated_at"], name="draft_by_age"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_begun(self) -> bool:
        """Tell whether the draft is stored."""
        return not self._state.adding

    @property
    def has_agency_step(self) -> bool:
        """Tell whether it is known whom the case is for: an agency and a topic, or "the unit decides"."""
        return self.agency_unknown or (self.agency_id is not None and self.topic_id is not None)

    @property
    def has_words(self) -> bool:
        """Tell whether it is said in words what happened."""
        return bool(self.subject and self.details)

    @property
    def is_told(self) -> bool:
        """Tell whether it is said what happened: in words, or in a voice note, which takes a statement to find."""
        return self.has_words or self.has_voice

    @property
    def has_voice(self) -> bool:
        """Tell whether the draft has a voice note; one statement."""
        return self.attachments.filter(content_type=VOICE_TYPE).exists()

    @property
    def needs_place(self) -> bool:
        """Tell whether a complaint about this topic says where it happened."""
        return self.kind == Kind.COMPLAINT and self.topic is not None and self.topic.place_required

    @property
    def has_place(self) -> bool:
        """Tell whether the place is known as far as the topic requires it."""
        if not self.needs_place:
            return True
        return self.governorate_id is not None and bool(self.area or self.place or self.latitude is not None)

    @property
    def is_complete(self) -> bool:
        """Tell whether the draft can be filed."""
        return self.has_agency_step and self.is_told and self.has_place


# ---- What was typed into a form and not sent yet, and which forms were sent: nothing is lost, nothing is sent
# twice.


PATH_LENGTH = 200


class UnsentForm(models.Model):
    """The fields of a form that a person left unsent, encrypted: one row for each person and page.

    ``key`` is that of the page that saved last. Keys grow with the time at which a page was opened, so that of two tabs
    the one opened later wins. ``ended_at`` is when the page could no longer be sent, and its words were shown instead.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="unsent_forms")
    case = models.ForeignKey("complaints.Case", models.CASCADE, null=True, related_name="unsent_forms")
    path = models.CharField(max_length=PATH_LENGTH)
    key = models.UUIDField()
    content = EncryptedText()
    saved_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("unsent form")
        verbose_name_plural = _("unsent forms")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "path"], name="unsentform_once_per_page"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SentForm(models.Model):
    """That the form of one opened page was sent: a repeated request finds the row and does nothing."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")

    def __str__(self) -> str:
        return str(self.key)
