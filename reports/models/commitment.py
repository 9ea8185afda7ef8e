"""The commitment index: its rules by date, the drafts and publications of a period, and what agencies replied."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

#: The most letters of a reply, of the answer to it, and of the reason of a rule.
REPLY_LENGTH: Final = 3000
REASON_LENGTH: Final = 500


class Component(models.TextChoices):
    """The components of the index, in the order they are shown."""

    DECIDES = "decides", _("Decisions in time")
    ANSWERS = "answers", _("Answers in time")
    SUBSTANCE = "substance", _("Real answers, by blind audit")
    CONFIRMED = "confirmed", _("Confirmed solved, of those who said whether it is")
    OBJECTIONS = "objections", _("Objections not accepted")
    BOUNCES = "bounces", _("Decisions without sending the case back")
    EXTENSIONS = "extensions", _("Later dates with an accepted reason")


class IndexRule(models.Model):
    """How the index is computed from a day on: weights in percent, groups by volume, strength of the shrinkage.

    An agency with ``medium_from`` cases or more is medium-sized, with ``large_from`` or more large. ``strength`` is how
    many cases the mean of the group weighs. Rows are never changed: of those for one day the last one holds.
    """

    starts_on = models.DateField()
    decides = models.PositiveSmallIntegerField()
    answers = models.PositiveSmallIntegerField()
    substance = models.PositiveSmallIntegerField()
    confirmed = models.PositiveSmallIntegerField()
    objections = models.PositiveSmallIntegerField()
    bounces = models.PositiveSmallIntegerField()
    extensions = models.PositiveSmallIntegerField()
    medium_from = models.PositiveIntegerField()
    large_from = models.PositiveIntegerField()
    strength = models.PositiveSmallIntegerField()
    because = models.CharField(max_length=REASON_LENGTH)
    set_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rule of the index")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    decides=100
                    - models.F("answers")
                    - models.F("substance")
                    - models.F("confirmed")
                    - models.F("objections")
                    - models.F("bounces")
                    - models.F("extensions")
                ),
                name="index_weights_sum_to_100",
            ),
            models.CheckConstraint(
                condition=models.Q(medium_from__gte=1, large_from__gt=models.F("medium_from")),
                name="index_groups_are_in_order",
            ),
            models.CheckConstraint(condition=models.Q(strength__gte=1), name="index_shrinks_by_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}"


class IndexEdition(models.Model):
    """The index of a period: counted, sent to the agencies for their replies, and published.

    ``counts`` holds every input and the rule, so that the index is computed from it alone
    (``reports.commitment.frozen``). Triggers refuse a publication before ``reply_until`` is over, and any change after.
    """

    first = models.DateField()
    last = models.DateField()
    counts = models.JSONField()
    as_of = models.DateTimeField()
    counted_at = models.DateTimeField()
    drafted_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    reply_until = models.DateField()
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("index of a period")
        ordering = ["-last", "-first"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="index_ends_after_start"),
            models.UniqueConstraint(fields=["first", "last"], name="index_once_per_period"),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


class IndexReply(models.Model):
    """What an agency says about its index before publication, and the answer of the unit."""

    edition = models.ForeignKey(IndexEdition, models.CASCADE, related_name="replies")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    text = models.TextField(max_length=REPLY_LENGTH)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(max_length=REPLY_LENGTH, blank=True, default="", db_default="")
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reply to the index")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "agency"], name="index_reply_once_per_agency"),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_by=None, answered_at=None)
                | (~models.Q(answer="") & models.Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="index_answer_is_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}: {self.agency_id}"

    @property
    def last_said(self) -> datetime:
        """Return when the agency or the unit said something last."""
        return self.answered_at or self.at
