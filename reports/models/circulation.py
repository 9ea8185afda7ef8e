"""The circulation of a released report: the annex of each agency, who opened it, what it answered, who was reminded."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

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
