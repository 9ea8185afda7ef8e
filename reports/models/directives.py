"""Directives: what an agency is told to do because of a figure, what it reports, and who was told that it is late."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models import User
from accounts.roles import LADDER, REPORT_READERS

TITLE_LENGTH = 120
TEXT_LENGTH = 3000
MEASURE_LENGTH = 40


class IssuingOffice(models.TextChoices):
    """Whose directive it is: anybody who holds its role today decides on it."""

    PM_OFFICE = "pm_office", _("Prime Minister's office")
    UNIT = "unit", _("Head of the CMU")


class DirectiveState(models.TextChoices):
    """How far a directive has come."""

    OPEN = "open", pgettext_lazy("directive", "Open")
    REPORTED = "reported", _("Reported as done")
    CLOSED = "closed", pgettext_lazy("directive", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("directive", "Withdrawn")


class DirectiveStepKind(models.TextChoices):
    """What somebody did to a directive."""

    ISSUED = "issued", _("Issued")
    PROGRESS = "progress", _("Step reported")
    DONE = "done", _("Reported as done")
    SENT_BACK = "sent_back", _("Sent back")
    CLOSED = "closed", pgettext_lazy("directive", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("directive", "Withdrawn")


class DirectiveLevel(models.TextChoices):
    """Who is told of the day of a directive, in this order: before it the addressee, then one level after another."""

    REMINDER = "reminder", _("Reminder")
    SUPERVISOR = "supervisor", _("Supervisor")
    SECRETARY_GENERAL = "secretary_general", _("Secretary-general")
    MINISTER_OFFICE = "minister_office", _("Minister's office")
    PM_OFFICE = "pm_office", _("Prime Minister's office")


class DirectiveQuerySet(models.QuerySet["Directive"]):
    """Directives by who reads them, and by how far they have come."""

    def visible_to(self, user: User, *, at: datetime) -> Self:
        """Return what ``user`` reads: all, or those to agencies on whose ladder they are, merged ones too."""
        authority = user.authority(at)
        return self if authority.has(REPORT_READERS) else self.filter(agency__in=authority.agencies(LADDER))

    def late(self, on: date) -> Self:
        """Return those on which the agency owes something whose day is over."""
        return self.filter(state=DirectiveState.OPEN, due_on__lt=on)

    def for_listing(self) -> Self:
        """Return them with what a list names: those that wait first, by their day."""
        return self.select_related("agency").order_by("due_on", "pk")


_HAS_NO_FIGURE = Q(
    measure="", value__isnull=True, period_first__isnull=True, period_last__isnull=True, as_of__isnull=True
)
_HAS_A_FIGURE = ~Q(measure="") & Q(
    value__isnull=False, period_first__isnull=False, period_last__isnull=False, as_of__isnull=False
)


class Directive(models.Model):
    """What ``agency`` is to do until ``due_on``, a working day, and the figure it comes from as it stood then.

    ``measure`` names the figure, ``scope`` its agencies, topics and so on by their keys, ``value`` what it was at
    ``as_of``. ``version`` counts the changes, each of which is a ``DirectiveStep``. Triggers keep what was issued, and
    allow only the steps of ``reports/migrations``.
    """

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="directives")
    title = models.CharField(max_length=TITLE_LENGTH)
    text = models.TextField(max_length=TEXT_LENGTH)
    due_on = models.DateField()
    office = models.CharField(max_length=9, choices=IssuingOffice)
    issued_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    measure = models.CharField(max_length=MEASURE_LENGTH, blank=True)
    period_first = models.DateField(null=True)
    period_last = models.DateField(null=True)
    scope = models.JSONField(default=dict)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    as_of = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=DirectiveState, default=DirectiveState.OPEN)
    version = models.PositiveIntegerField(default=1)

    objects = DirectiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("directive")
        verbose_name_plural = _("directives")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="directive_says_what"),
            models.CheckConstraint(condition=_HAS_NO_FIGURE | _HAS_A_FIGURE, name="directive_figure_is_whole"),
            models.CheckConstraint(
                condition=Q(period_first__isnull=True) | Q(period_first__lte=models.F("period_last")),
                name="directive_period_in_order",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_on"], condition=Q(state="open"), name="directive_open_by_day"),
            models.Index(fields=["agency", "due_on"], name="directive_of_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.title}"

    @property
    def is_open(self) -> bool:
        """Tell whether anybody still owes something: the agency, or the issuer a decision."""
        return self.state in {DirectiveState.OPEN, DirectiveState.REPORTED}

    def is_late(self, on: date) -> bool:
        """Tell whether the agency owes something whose day is over."""
        return self.state == DirectiveState.OPEN and self.due_on < on


class DirectiveStep(models.Model):
    """One entry of the history of a directive, append-only; ``number`` is the version the directive got by it."""

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=9, choices=DirectiveStepKind)
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    due_on = models.DateField(null=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of a directive")
        verbose_name_plural = _("steps of directives")
        ordering = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["directive", "number"], name="directivestep_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[DirectiveStepKind.ISSUED, DirectiveStepKind.CLOSED]) | ~Q(text=""),
                name="directivestep_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id}: {self.number} {self.kind}"


class DirectiveFile(models.Model):
    """A file that is evidence of a step; kept as long as the step."""

    step = models.ForeignKey(DirectiveStep, models.PROTECT, related_name="files")
    attachment = models.OneToOneField("complaints.Attachment", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("evidence of a directive")
        verbose_name_plural = _("evidence of directives")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.step_id}: {self.attachment_id}"


class DirectiveNotice(models.Model):
    """That one level was told of one date of a directive, or had nobody to tell: once, however often the sweep runs."""

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="notices")
    due_on = models.DateField()
    level = models.CharField(max_length=17, choices=DirectiveLevel)
    is_vacant = models.BooleanField(default=False)
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("notice of the date of a directive")
        verbose_name_plural = _("notices of the dates of directives")
        ordering = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["directive", "due_on", "level"], name="directivenotice_once")
        ]

    def __str__(self) -> str:
        return f"{self.directive_id}: {self.level} {self.due_on}"


# ---- Phenomena: problems that many cases show, who owns them, what was promised, and what was said by whom. ----


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
