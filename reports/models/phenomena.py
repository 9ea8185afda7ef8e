"""Phenomena: problems that many cases show, who owns them, what was promised, and what was said by whom."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

PHENOMENON_NAME_LENGTH = 120
PHENOMENON_TEXT_LENGTH = 2000


class PhenomenonState(models.TextChoices):
    """What the unit made of a phenomenon."""

    PROPOSED = "proposed", pgettext_lazy("phenomenon", "Proposed")
    ACCEPTED = "accepted", pgettext_lazy("phenomenon", "Accepted")
    DISMISSED = "dismissed", pgettext_lazy("phenomenon", "Dismissed")
    MERGED = "merged", pgettext_lazy("phenomenon", "Merged into another")


class PhenomenonEntryKind(models.TextChoices):
    """What was said of a phenomenon."""

    PROPOSED = "proposed", _("Proposed by the nightly search")
    RECORDED = "recorded", _("Recorded by hand")
    DESCRIBED = "described", _("Accepted or described")
    DISMISSED = "dismissed", pgettext_lazy("phenomenon", "Dismissed")
    MERGED = "merged", _("Merged")
    JOINED = "joined", _("Case added")
    REMOVED = "removed", _("Case removed")
    COMMITTED = "committed", _("Commitment of the agency")
    EVIDENCE = "evidence", _("Evidence")
    DIRECTIVE = "directive", _("Directive issued")


class Phenomenon(models.Model):
    """A problem that many cases of a topic show, in a place or everywhere.

    ``stems`` are the beginnings of the words that at least half of its cases share, by which the nightly search joins
    later cases. ``recent`` people wrote in the four weeks before ``proposed_at``, ``before`` in the sixteen before
    them. ``owner`` is the agency that commits itself, on ``committed_at``, to what is done until ``due_on``. A trigger
    keeps the entries as they were written.
    """

    name = models.CharField(max_length=PHENOMENON_NAME_LENGTH)
    cause = models.TextField(max_length=PHENOMENON_TEXT_LENGTH, blank=True)
    recommendation = models.TextField(max_length=PHENOMENON_TEXT_LENGTH, blank=True)
    topic = models.ForeignKey("agencies.Topic", models.PROTECT, null=True, blank=True, related_name="+")
    governorate = models.ForeignKey("agencies.Governorate", models.PROTECT, null=True, blank=True, related_name="+")
    area = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=9, choices=PhenomenonState)
    owner = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    commitment = models.TextField(max_length=PHENOMENON_TEXT_LENGTH, blank=True)
    committed_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    stems = ArrayField(models.CharField(max_length=20), default=list)
    recent = models.PositiveIntegerField(default=0)
    before = models.PositiveIntegerField(default=0)
    proposed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("phenomenon")
        verbose_name_plural = _("phenomena")
        ordering = ["-proposed_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="phenomenon_has_a_name"),
            models.CheckConstraint(
                condition=Q(committed_at=None, due_on=None, commitment="")
                | (Q(committed_at__isnull=False, due_on__isnull=False, owner__isnull=False) & ~Q(commitment="")),
                name="phenomenon_commitment_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | (~Q(state="merged") & Q(merged_into=None)),
                name="phenomenon_is_merged_into_one",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-proposed_at"], name="phenomenon_by_state")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.name}"


class PhenomenonCase(models.Model):
    """A case that shows a phenomenon; joined by the nightly search unless ``joined_by`` somebody."""

    phenomenon = models.ForeignKey(Phenomenon, models.CASCADE, related_name="cases")
    # The migration writes the constraint, with ON DELETE CASCADE: a function of the database deletes cases.
    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="+", db_constraint=False)
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("case of a phenomenon")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["phenomenon", "case"], name="phenomenon_case_once"),
        ]

    def __str__(self) -> str:
        return f"{self.phenomenon_id}: {self.case_id}"


class PhenomenonEntry(models.Model):
    """One entry of the history of a phenomenon, append-only; without ``by`` the nightly search wrote it."""

    phenomenon = models.ForeignKey(Phenomenon, models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=9, choices=PhenomenonEntryKind)
    text = models.TextField(max_length=PHENOMENON_TEXT_LENGTH, blank=True)
    due_on = models.DateField(null=True)
    directive = models.ForeignKey("reports.Directive", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("entry about a phenomenon")
        ordering = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["phenomenon", "number"], name="phenomenon_entry_once"),
            models.CheckConstraint(
                condition=~Q(kind__in=["dismissed", "merged", "committed", "evidence"]) | ~Q(text=""),
                name="phenomenon_entry_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phenomenon_id}.{self.number}"


class PhenomenonFile(models.Model):
    """A file that is evidence; kept as long as its entry."""

    entry = models.ForeignKey(PhenomenonEntry, models.PROTECT, related_name="files")
    attachment = models.OneToOneField("complaints.Attachment", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("evidence about a phenomenon")
        verbose_name_plural = _("evidence about phenomena")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.attachment_id}"
