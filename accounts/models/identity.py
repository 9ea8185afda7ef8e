"""What the unit decided about identities, and how the registry stands."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext_lazy as _

from accounts.models.people import Citizen
from accounts.models.users import User
from accounts.roles import Role


class DecisionKind(models.TextChoices):
    """What the unit did about somebody's identity."""

    CHECKED = "checked", _("Asked the register again")
    CONFIRMED = "confirmed", _("Confirmed with proof")
    CORRECTED = "corrected", _("Corrected details")
    MERGED = "merged", _("Merged with another record")
    REJECTED = "rejected", _("Rejected")


class IdentityDecision(models.Model):
    """One decision of the unit about a citizen's identity: who, when and why. Append-only: a trigger refuses changes.

    ``other`` is the record that a merged one became part of; ``fields`` are the names of what was corrected.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=DecisionKind)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    fields = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    other = models.ForeignKey(Citizen, models.PROTECT, null=True, blank=True, related_name="merges")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("identity decision")
        verbose_name_plural = _("identity decisions")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="identitydecision_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.CHECKED) | ~Q(reason=""), name="identitydecision_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.MERGED, other__isnull=False)
                | (~Q(kind=DecisionKind.MERGED) & Q(other__isnull=True)),
                name="identitydecision_merge_names_other",
            ),
            models.CheckConstraint(
                condition=Q(other__isnull=True) | ~Q(other=F("citizen")), name="identitydecision_other_differs"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["citizen", "-at"], name="identitydecision_latest")]

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.kind}"


class RegistryBreaker(models.Model):
    """How a registry stands: its failures in a row, the code of the last, and until when it is left alone."""

    name = models.CharField(max_length=40, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=20, blank=True, default="", db_default="")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("state of a registry")
        verbose_name_plural = _("states of registries")

    def __str__(self) -> str:
        return f"{self.name} {self.failures}"


# ---- Who looked at whom: each time staff saw, or searched for, a person. ----


class ViewKind(models.TextChoices):
    """What kind of look it was; the person reads these words."""

    NUMBERS = "numbers", _("Saw the number and the telephone")
    PDF = "pdf", _("Printed the case with the name and the numbers")
    CASE = "case", _("Opened the case with the name")
    MESSAGE = "message", _("Opened a message about the case with the name")
    CALL = "call", _("Opened the name in order to call")
    CALLER = "caller", _("Opened the case during a call")
    SEARCH = "search", _("Searched by number")
    NAME = "name", _("Searched by name")


class IdentityView(models.Model):
    """One look by staff at a person: what kind, which parts, why, in which case, and when.

    ``citizen`` is empty for a search that found nobody; ``searched`` is the keyed hash of the number or name typed.
    ``role`` and ``agency`` are those the viewer acted in at that moment. ``in_reach`` is false for a search that met a
    person without a case that the viewer may open. Append-only: a trigger refuses changes.
    """

    viewer = models.ForeignKey(User, models.PROTECT, related_name="+")
    citizen = models.ForeignKey(Citizen, models.PROTECT, null=True, related_name="views")
    kind = models.CharField(max_length=8, choices=ViewKind, default=ViewKind.NUMBERS, db_default=ViewKind.NUMBERS)
    role = models.CharField(max_length=20, choices=Role, blank=True, db_default="")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+", db_constraint=False)
    reference = models.CharField(max_length=20, blank=True)
    fields = ArrayField(models.CharField(max_length=20))
    searched = models.CharField(max_length=64, blank=True, db_default="")
    in_reach = models.BooleanField(default=True, db_default=True)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("identity view")
        verbose_name_plural = _("identity views")
        indexes: ClassVar = [
            models.Index(fields=["citizen", "-at"], name="identityview_citizen"),
            models.Index(fields=["viewer", "-at"], name="identityview_viewer"),
            models.Index(fields=["-at"], name="identityview_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.viewer_id} {self.citizen_id} {self.at:%Y-%m-%d}"

    @property
    def agency_name(self) -> str:
        """Return the agency the viewer acted for, in the language of the page."""
        if self.agency is None:
            return ""
        return self.agency.name_en if get_language() == "en" else self.agency.name_ar
