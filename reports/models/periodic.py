"""Periodic reports: one row for each version, with its comments; a row that was approved never changes again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
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
