"""Periodic reports: one row for each version, with its comments; a row that was approved never changes again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models import User
from accounts.roles import CMU, Role
from reports.periods import ReportPeriod

COMMENT_LENGTH = 3000
REASON_LENGTH = 1000
SECTION_LENGTH = 40


class ReportKind(models.TextChoices):
    """Which calendar period a report covers; any other days are a span."""

    MONTH = "month", pgettext_lazy("report", "Monthly")
    QUARTER = "quarter", pgettext_lazy("report", "Quarterly")
    YEAR = "year", pgettext_lazy("report", "Yearly")
    SPAN = "span", pgettext_lazy("report", "Other days")


class ReportState(models.TextChoices):
    """What a version of a report is; from ``APPROVED`` on its content is frozen."""

    WRITING = "writing", pgettext_lazy("report", "Being written")
    DRAFT = "draft", pgettext_lazy("report", "Draft")
    REVIEW = "review", pgettext_lazy("report", "Under review")
    APPROVED = "approved", pgettext_lazy("report", "Approved")
    RELEASED = "released", pgettext_lazy("report", "Released")


FROZEN = (ReportState.APPROVED, ReportState.RELEASED)
OPEN = (ReportState.WRITING, ReportState.DRAFT, ReportState.REVIEW)


class PeriodicReportQuerySet(models.QuerySet["PeriodicReport"]):
    """Queries for periodic reports."""

    def visible_to(self, user: User, *, at: datetime) -> PeriodicReportQuerySet:
        """Return what ``user`` may read: the unit everything, the Prime Minister's office what was approved."""
        authority = user.authority(at)
        if authority.has(CMU):
            return self
        return self.frozen() if authority.has({Role.PM_OFFICE}) else self.none()

    def frozen(self) -> PeriodicReportQuerySet:
        """Return the versions that were approved."""
        return self.filter(state__in=FROZEN)

    def released(self) -> PeriodicReportQuerySet:
        """Return the versions that were released."""
        return self.filter(state=ReportState.RELEASED)

    def later_versions(self, report: PeriodicReport) -> PeriodicReportQuerySet:
        """Return the versions that correct ``report``, directly or one after the other."""
        days = {"kind": report.kind, "first": report.first, "last": report.last}
        return self.filter(**days, number__gt=report.number)

    def newest(self) -> PeriodicReportQuerySet:
        """Return, of the versions here that were released, those no released version corrects."""
        return self.released().exclude(correction__state=ReportState.RELEASED)


class PeriodicReport(models.Model):
    """One version of the report of a period; ``content`` is JSON: the figures, and the document in both languages.

    ``edition`` counts every change before the approval, so that a page that is out of date is told. ``sha256`` is the
    digest of ``content`` as UTF-8, from the approval on. ``corrects`` is the version before this one.
    """

    kind = models.CharField(max_length=10, choices=ReportKind)
    first = models.DateField()
    last = models.DateField()
    number = models.PositiveSmallIntegerField(default=1)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="correction")
    what_changed = models.TextField(max_length=REASON_LENGTH, blank=True)
    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.WRITING)
    edition = models.PositiveIntegerField(default=1)
    content = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    sent_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_back_for = models.TextField(max_length=REASON_LENGTH, blank=True)
    reviewed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)

    objects = PeriodicReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("periodic report")
        verbose_name_plural = _("periodic reports")
        ordering = ["-last", "first", "-number"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="reports_periodic_days_in_order"),
            models.UniqueConstraint("kind", "first", "last", "number", name="reports_periodic_one_of_a_number"),
            ExclusionConstraint(
                name="reports_periodic_no_overlapping_drafts",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    (
                        Func(F("first"), F("last"), Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state__in=OPEN),
            ),
            models.CheckConstraint(
                condition=(
                    Q(number=1, corrects=None, what_changed="")
                    | (Q(number__gt=1, corrects__isnull=False) & ~Q(what_changed=""))
                ),
                name="reports_periodic_correction_says_what",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ReportState.WRITING, ReportState.DRAFT])
                | Q(sent_by__isnull=False, sent_at__isnull=False, written_at__isnull=False),
                name="reports_periodic_review_was_sent",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=OPEN, approved_by=None, approved_at=None, sha256="")
                    | (
                        Q(state__in=FROZEN, reviewed_by__isnull=False, reviewed_at__isnull=False)
                        & Q(approved_by__isnull=False, approved_at__isnull=False, sha256__regex=r"^[0-9a-f]{64}$")
                    )
                ),
                name="reports_periodic_approval_is_whole",
            ),
            models.CheckConstraint(
                condition=(
                    (Q(reviewed_by=None) | ~Q(reviewed_by=F("sent_by")))
                    & (Q(approved_by=None) | (~Q(approved_by=F("sent_by")) & ~Q(approved_by=F("reviewed_by"))))
                ),
                name="reports_periodic_three_people",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=ReportState.RELEASED, released_by__isnull=False, released_at__isnull=False)
                    | (~Q(state=ReportState.RELEASED) & Q(released_by=None, released_at=None))
                ),
                name="reports_periodic_release_has_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first}-{self.last} v{self.number}"

    @property
    def period(self) -> ReportPeriod:
        """Return the days of the report."""
        return ReportPeriod(self.first, self.last)

    @property
    def is_frozen(self) -> bool:
        """Tell whether the version was approved."""
        return self.state in FROZEN

    @property
    def parts(self) -> Mapping[str, Any]:
        """Return ``content`` read: ``figures``, ``ar`` and ``en``; empty while the first draft is written."""
        found: dict[str, Any] = json.loads(self.content) if self.content else {}
        return found


class SectionComment(models.Model):
    """What the unit writes beside a section of a draft, in both languages; the figures of the section stay.

    ``writers`` are all who ever wrote words of it, kept by a trigger; ``written_by`` is the last of them.
    """

    report = models.ForeignKey(PeriodicReport, models.CASCADE, related_name="comments")
    section = models.SlugField(max_length=SECTION_LENGTH)
    text_ar = models.TextField(max_length=COMMENT_LENGTH)
    text_en = models.TextField(max_length=COMMENT_LENGTH)
    written_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    writers = ArrayField(models.UUIDField(), default=list, db_default=[])
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("comment on a section")
        verbose_name_plural = _("comments on sections")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("report", "section", name="reports_one_comment_a_section"),
            models.CheckConstraint(condition=~Q(text_ar="") & ~Q(text_en=""), name="reports_comment_in_both_languages"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.section}"


# ---- The circulation of a released report: the annex of each agency, who opened it, what it answered, who was
# reminded.


ANSWER_LENGTH = 5000


class Circulation(models.Model):
    """That a released report goes to its addressee and, with an annex, to each agency, which answers by ``answer_by``.

    ``opened_at`` is when somebody of the addressee first opened it; ``completed_at`` when the last annex was made.
    """

    report = models.OneToOneField("reports.PeriodicReport", models.PROTECT, related_name="circulation")
    begun_at = models.DateTimeField()
    answer_by = models.DateField()
    completed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("circulation of a report")
        verbose_name_plural = _("circulations of reports")
        ordering = ["-begun_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="circulation_opened_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.answer_by}"


class AnnexQuerySet(models.QuerySet["Annex"]):
    """Queries for annexes."""

    def with_answers(self) -> Self:
        """Return the annexes, each with whether it ``is_answered``."""
        return self.annotate(is_answered=Exists(AnnexAnswer.objects.filter(annex=OuterRef("pk"))))

    def before(self, first: date) -> Self:
        """Return the annexes of the newest report that was circulated about days before ``first``, with their agency.

        The next report says by them who has answered.
        """
        circulated = Circulation.objects.filter(report__last__lt=first).order_by("-report__last", "-begun_at", "-pk")
        return self.filter(circulation=circulated.values("pk")[:1]).select_related("agency").with_answers()


class Annex(models.Model):
    """What one agency gets with a report: its figures, its cases to act on, its directives; frozen when it is made.

    ``content`` is JSON, the document in both languages; ``sha256`` its digest as UTF-8, which a trigger compares.
    ``opened_at`` and ``opened_by`` are the first opening by somebody of the agency, or of the one that took it over.
    """

    circulation = models.ForeignKey(Circulation, models.PROTECT, related_name="annexes")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="annexes")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    #: Where ``with_answers`` fetched it.
    is_answered: bool

    objects = AnnexQuerySet.as_manager()

    class Meta:
        verbose_name = _("annex of a report")
        verbose_name_plural = _("annexes of reports")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["circulation", "agency"], name="annex_once_for_an_agency"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="annex_opened_by_somebody",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["agency", "-id"], name="annex_of_agency")]

    def __str__(self) -> str:
        return f"{self.circulation_id}: {self.agency_id}"


class AnnexAnswer(models.Model):
    """What an agency answers to its annex; append-only, the first one counts for the day."""

    annex = models.ForeignKey(Annex, models.PROTECT, related_name="answers")
    text = models.TextField(max_length=ANSWER_LENGTH)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to an annex")
        verbose_name_plural = _("answers to annexes")
        ordering = ["pk"]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(text=""), name="annexanswer_says_something")]

    def __str__(self) -> str:
        return f"{self.annex_id}: {self.at:%Y-%m-%d}"


class AnnexFile(models.Model):
    """A file of an answer; kept as long as the answer."""

    answer = models.ForeignKey(AnnexAnswer, models.PROTECT, related_name="files")
    attachment = models.OneToOneField("complaints.Attachment", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("file of an answer to an annex")
        verbose_name_plural = _("files of answers to annexes")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.attachment_id}"


class AnnexNoticeKind(models.TextChoices):
    """What is told of the day of an annex."""

    REMINDER = "reminder", _("Reminder")
    LATE = "late", _("The answer is late")


class AnnexNotice(models.Model):
    """That an agency was reminded of the day of its annex, or its delay was told: once for each kind."""

    annex = models.ForeignKey(Annex, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=8, choices=AnnexNoticeKind)
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reminder of an annex")
        verbose_name_plural = _("reminders of annexes")
        constraints: ClassVar = [models.UniqueConstraint(fields=["annex", "kind"], name="annexnotice_once")]

    def __str__(self) -> str:
        return f"{self.annex_id}: {self.kind}"
