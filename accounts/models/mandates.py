"""Mandates: that one person speaks for another, from a day to a day."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Citizen
from accounts.models.users import User
from kit.crypto import EncryptedText

#: How long a request for a mandate waits for its answer.
WAITS: Final = timedelta(days=30)


class TsTzRange(models.Func):
    """The SQL range from one moment to another."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class MandateGround(models.TextChoices):
    """By what right one person speaks for another; the labels say who the representative is."""

    GUARDIAN = "guardian", _("Guardian")
    LAWYER = "lawyer", _("Lawyer")
    MAYOR = "mayor", _("Mayor or head of a village")
    RELATIVE = "relative", _("Relative or other person of trust")


class MandateState(models.TextChoices):
    """Where a mandate stands; one whose last day is over stays given and is no longer in force."""

    ASKED = "asked", _("Waiting for an answer")
    GIVEN = "given", _("Given")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended early")


class MandateOver(PermissionDenied):
    """The mandate by which somebody wanted to act has ended or was revoked; ``mandate`` is the last one."""

    def __init__(self, mandate: Mandate) -> None:
        super().__init__(str(mandate.pk))
        self.mandate = mandate


class MandateQuerySet(models.QuerySet["Mandate"]):
    """Queries for mandates."""

    def given(self) -> Self:
        """Return the mandates that were confirmed and that nobody ended, whatever their days are."""
        return self.filter(state=MandateState.GIVEN)

    def ever_given(self) -> Self:
        """Return the mandates that were confirmed once, also those that have ended."""
        return self.filter(state__in=[MandateState.GIVEN, MandateState.ENDED], decided_at__isnull=False)

    def in_force(self, at: datetime) -> Self:
        """Return the mandates by which somebody may speak for another at ``at``."""
        return self.given().filter(starts_at__lte=at, ends_at__gt=at)

    def waiting(self, at: datetime) -> Self:
        """Return the requests that wait for an answer at ``at``."""
        return self.filter(state=MandateState.ASKED, asked_at__gt=at - WAITS, ends_at__gt=at)

    def waiting_for_unit(self, at: datetime) -> Self:
        """Return the requests that wait for the unit at ``at``."""
        return self.waiting(at).filter(by_unit=True)

    def of(self, citizen: Citizen) -> Self:
        """Return the mandates of either side that ``citizen`` is."""
        return self.filter(Q(representative=citizen) | Q(person=citizen))

    def covering(self, *, person: Any, entered_by: Any) -> Self:
        """Return those that cover a case of ``person`` that the user ``entered_by`` wrote, given as expressions."""
        covered = Q(covers_all=True)
        if entered_by is not None:
            covered |= Q(representative__user=entered_by)
        return self.filter(covered, person=person)


class Mandate(models.Model):
    """That ``representative`` may speak for ``person``: asked for by one of them, confirmed by the other or the unit.

    Of a request, the side that did not ask (``person`` or ``representative``) is empty while nobody with the number
    and the telephone that were given is known: its row looks alike. ``claim`` is what was said of that side, as JSON;
    it is emptied by the answer. ``by_unit``: the other side cannot confirm, so the unit does, and writes what it saw
    (``seen``). ``covers_all``: all cases of the person, and not only those that the representative files.
    In force from ``starts_at`` up to, not including, ``ends_at``, and one at a time by which the one speaks for the
    other. Changed by ``accounts.mandates`` alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    representative = models.ForeignKey(Citizen, models.PROTECT, null=True, blank=True, related_name="mandates_held")
    person = models.ForeignKey(Citizen, models.PROTECT, null=True, blank=True, related_name="mandates_given")
    is_asked_by_person = models.BooleanField(default=False)
    by_unit = models.BooleanField(default=False)
    ground = models.CharField(max_length=10, choices=MandateGround)
    covers_all = models.BooleanField(default=False)
    claim = EncryptedText(default="")
    proof = EncryptedText(default="")
    seen = EncryptedText(default="")
    reason = EncryptedText(default="")
    state = models.CharField(max_length=8, choices=MandateState, default=MandateState.ASKED)
    asked_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=MandateState.values, ground__in=MandateGround.values), name="mandate_terms_known"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(representative__isnull=True) | ~Q(person=F("representative")),
                name="mandate_joins_two_people",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="mandate_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(state=MandateState.ASKED, decided_at__isnull=True, decided_by__isnull=True)
                | Q(state=MandateState.ENDED)
                | Q(state__in=["given", "refused"], decided_at__isnull=False, decided_by__isnull=False),
                name="mandate_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=MandateState.GIVEN) | Q(person__isnull=False, representative__isnull=False),
                name="mandate_given_names_both",
            ),
            models.CheckConstraint(
                condition=Q(state=MandateState.ENDED) ^ Q(ended_at__isnull=True), name="mandate_ended_at_a_moment"
            ),
            ExclusionConstraint(
                name="mandate_one_in_force",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("representative", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(state=MandateState.GIVEN),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=Q(state="asked", by_unit=True), name="mandate_for_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.ground} {self.id}"

    @property
    def asker(self) -> Citizen | None:
        """The side that asked for it."""
        return self.person if self.is_asked_by_person else self.representative

    @property
    def asked_one(self) -> Citizen | None:
        """The side that did not ask; None while nobody is known whom the words of the request fit."""
        return self.representative if self.is_asked_by_person else self.person

    @property
    def both(self) -> list[Citizen]:
        """The two people, as far as they are known."""
        return [side for side in (self.representative, self.person) if side is not None]

    @property
    def claimed(self) -> dict[str, str]:
        """What was said of the side that did not ask."""
        found: dict[str, str] = json.loads(str(self.claim)) if self.claim else {}
        return found

    @property
    def last_moment(self) -> datetime:
        """The last moment of the last day."""
        return self.ends_at - timedelta(microseconds=1)

    def is_in_force(self, *, at: datetime) -> bool:
        """Tell whether the representative may speak for the person at ``at``."""
        return self.state == MandateState.GIVEN and self.starts_at <= at < self.ends_at

    def is_waiting(self, *, at: datetime) -> bool:
        """Tell whether it waits for an answer at ``at``."""
        return self.state == MandateState.ASKED and self.asked_at > at - WAITS and self.ends_at > at
