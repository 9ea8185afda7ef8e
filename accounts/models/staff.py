"""Staff as the unit manages them: every change of a role or an account, and invitations."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models.users import User
from accounts.roles import PROTECTED, Role

#: How many operators `first_operators` may make: two, because one alone could never get a consent.
FIRST_OPERATORS = (1, 2)


class StaffChangeKind(models.TextChoices):
    """What changes for a member of staff."""

    ROLE_GIVEN = "role_given", _("New role")
    ROLE_ENDED = "role_ended", _("Role ended")
    INVITED = "invited", _("Invited")
    INVITATION_WITHDRAWN = "withdrawn", _("Invitation withdrawn")
    CLOSED = "closed", _("Account closed")
    REOPENED = "reopened", _("Account reopened")
    FACTORS_REMOVED = "no_factors", _("Second step of signing in removed")


class Outcome(models.TextChoices):
    """What became of a change."""

    PENDING = "pending", _("Waiting for a second person")
    DONE = "done", pgettext_lazy("change of a role", "In effect")
    REFUSED = "refused", pgettext_lazy("change of a role", "Refused")


class StaffChangeQuerySet(models.QuerySet["StaffChange"]):
    """Queries for changes of staff."""

    def pending(self) -> Self:
        """Return the changes that wait for a second person."""
        return self.filter(outcome=Outcome.PENDING)

    def for_listing(self) -> Self:
        """Return the changes with the people and the agency that a list names, the newest first."""
        return self.select_related("subject", "agency", "directorate", "proposed_by", "decided_by").order_by("-pk")


_IS_INSTALLED = Q(installed_as__isnull=False)
_HAS_ROLE = Q(kind__in=[StaffChangeKind.ROLE_GIVEN, StaffChangeKind.ROLE_ENDED])


class StaffChange(models.Model):
    """One change for a member of staff: what, who proposed it, who decided, and from when to when it lasts.

    Append-only: a trigger refuses everything but the one decision of a pending change. A change that one person may
    make has the same person twice. ``installed_as`` counts the operators that a command made, who have no proposer.
    """

    kind = models.CharField(max_length=10, choices=StaffChangeKind)
    subject = models.ForeignKey(User, models.PROTECT, related_name="staff_changes")
    role = models.CharField(max_length=20, choices=Role, blank=True)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+")
    directorate = models.ForeignKey("agencies.Directorate", models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    needs_consent = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.PENDING)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    installed_as = models.PositiveSmallIntegerField(null=True, unique=True)

    objects = StaffChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of staff")
        verbose_name_plural = _("changes of staff")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | ~Q(proposed_by=F("subject")),
                name="staffchange_proposed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("subject")),
                name="staffchange_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.DONE)
                | Q(needs_consent=False)
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="staffchange_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(kind=StaffChangeKind.ROLE_GIVEN, role__in=sorted(PROTECTED))
                | Q(needs_consent=True)
                | _IS_INSTALLED,
                name="staffchange_protected_role",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=False, installed_as__isnull=True)
                | Q(
                    proposed_by__isnull=True,
                    installed_as__in=FIRST_OPERATORS,
                    kind=StaffChangeKind.ROLE_GIVEN,
                    role=Role.OPERATOR,
                    needs_consent=False,
                    outcome=Outcome.DONE,
                ),
                name="staffchange_installed_operator",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.PENDING, decided_by__isnull=True, decided_at__isnull=True)
                | Q(outcome__in=[Outcome.DONE, Outcome.REFUSED], decided_at__isnull=False)
                & (Q(decided_by__isnull=False) | _IS_INSTALLED),
                name="staffchange_decided",
            ),
            models.CheckConstraint(
                condition=(_HAS_ROLE & Q(role__in=Role.values, starts_on__isnull=False))
                | (~_HAS_ROLE & Q(role="", agency__isnull=True, starts_on__isnull=True, ends_on__isnull=True)),
                name="staffchange_names_its_role",
            ),
            models.UniqueConstraint(
                fields=["subject", "kind", "role", "agency"],
                condition=Q(outcome=Outcome.PENDING),
                nulls_distinct=False,
                name="staffchange_pending_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject", "-id"], name="staffchange_subject"),
            models.Index(fields=["agency", "-id"], name="staffchange_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind} {self.role}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Queries for invitations."""

    def open(self) -> Self:
        """Return the invitations that were neither used nor withdrawn; they may have expired."""
        return self.filter(used_at__isnull=True, withdrawn_at__isnull=True)


class Invitation(models.Model):
    """An invitation of a member of staff by e-mail, with a link that works once; only the hash of the link is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_used_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d}"

    def is_expired(self, at: datetime) -> bool:
        """Tell whether the link no longer works because of its age."""
        return at >= self.expires_at
