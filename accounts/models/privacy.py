"""What people ask about their own data: requests to correct or delete it, and copies of it."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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
