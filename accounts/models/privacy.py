"""What people ask about their own data: requests to correct or delete it, and copies of it."""

from __future__ import annotations

import uuid
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models.people import Citizen
from accounts.models.users import User
from kit.crypto import EncryptedText


class RequestKind(models.TextChoices):
    """What a person asks for."""

    CORRECTION = "correction", _("Correct my data")
    DELETION = "deletion", _("Delete my account")


class RequestState(models.TextChoices):
    """Where a request stands."""

    OPEN = "open", _("Waiting for a decision")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")


class RequestLimit(models.Model):
    """The days in which a request of one kind is decided, from its day on."""

    kind = models.CharField(max_length=10, choices=RequestKind, primary_key=True)
    days = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("time limit of requests")
        verbose_name_plural = _("time limits of requests")

    def __str__(self) -> str:
        return f"{self.kind}: {self.days}"


class PrivacyRequestQuerySet(models.QuerySet["PrivacyRequest"]):
    """Queries for requests about the own data."""

    def to_correct(self) -> Self:
        """Return the corrections that were granted and are not made yet."""
        return self.filter(kind=RequestKind.CORRECTION, state=RequestState.GRANTED, done_at__isnull=True)


class PrivacyRequest(models.Model):
    """A request to correct one's data or to delete one's account, and the decision on it with its reason.

    ``done_at`` is when what was granted was carried out, and ``correction`` the decision about the identity that did
    it, where there is one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="privacy_requests")
    kind = models.CharField(max_length=10, choices=RequestKind)
    text = EncryptedText(default="")
    made_at = models.DateTimeField()
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=RequestState, default=RequestState.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = EncryptedText(default="")
    done_at = models.DateTimeField(null=True)
    correction = models.ForeignKey(
        "accounts.IdentityDecision", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )

    objects = PrivacyRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["citizen", "kind"], condition=Q(state=RequestState.OPEN), name="privacyrequest_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state=RequestState.OPEN) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="privacyrequest_decided_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_on", "id"], condition=Q(state=RequestState.OPEN), name="privacyrequest_open"),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.kind}"


class DataCopy(models.Model):
    """That a person asked for a copy of their data; it is made anew at each download until ``expires_at``."""

    citizen = models.ForeignKey(Citizen, models.CASCADE, related_name="data_copies")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    downloads = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("copy of one's data")
        verbose_name_plural = _("copies of one's data")
        indexes: ClassVar = [models.Index(fields=["citizen", "-made_at"], name="datacopy_newest")]

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.made_at:%Y-%m-%d}"


# ---- Editions of the usage policy that the unit writes: two people, both languages, from a day on. ----


TEXT_LENGTH: Final = 20_000
CHANGED_LENGTH: Final = 400


class EditionState(models.TextChoices):
    """Where an edition stands; only a proposed one is decided, once."""

    PROPOSED = "proposed", _("Waiting for a second person")
    AGREED = "agreed", _("Agreed")
    REFUSED = "refused", pgettext_lazy("an edition", "Refused")


class PolicyEdition(models.Model):
    """An edition of the usage policy: in force from its day on, if a second person agreed.

    People accept exactly its words, so a trigger refuses to change or delete it once it was decided.
    """

    effective_from = models.DateField()
    text_ar = models.TextField(max_length=TEXT_LENGTH)
    text_en = models.TextField(max_length=TEXT_LENGTH)
    changed_ar = models.CharField(max_length=CHANGED_LENGTH)
    changed_en = models.CharField(max_length=CHANGED_LENGTH)
    state = models.CharField(max_length=8, choices=EditionState, default=EditionState.PROPOSED)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("edition of the usage policy")
        verbose_name_plural = _("editions of the usage policy")
        ordering: ClassVar = ["-effective_from", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["effective_from"], condition=~Q(state="refused"), name="policyedition_one_a_day"
            ),
            models.CheckConstraint(condition=Q(state__in=EditionState.values), name="policyedition_state_known"),
            models.CheckConstraint(
                condition=~Q(text_ar="") & ~Q(text_en="") & ~Q(changed_ar="") & ~Q(changed_en=""),
                name="policyedition_in_both_languages",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="policyedition_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | ~Q(decided_by=F("written_by")), name="policyedition_takes_two"
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def version(self) -> str:
        """Return the name under which people accept it: the day from which it is in force."""
        return self.effective_from.isoformat()

    def text(self, language: str) -> str:
        """Return its words."""
        return self.text_en if language == "en" else self.text_ar

    def changed(self, language: str) -> str:
        """Return in a sentence what is new in it."""
        return self.changed_en if language == "en" else self.changed_ar
