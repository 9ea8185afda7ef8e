"""What the law asks about the data of cases: holds, retention rules and reports, breaches and whom they concern."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.texts import TEXT_LENGTH
from complaints.workflow import Kind, Outcome

REASON_LENGTH = 500
REFERENCE_LENGTH = 80
#: What stands where a text was erased; triggers know it.
ERASED = "—"


class LegalHold(models.Model):
    """A hold for legal proceedings on a case, a person or what an agency had: nothing is erased until a day, or lifted.

    Of an agency it holds the cases that were ever with it, filed between two days, both included, either of which
    may be open. Triggers refuse the statements that erase (``complaints/migrations/0003_erasure_guards.py``).
    """

    case = models.ForeignKey("complaints.Case", models.PROTECT, null=True, blank=True, related_name="legal_holds")
    citizen = models.ForeignKey("accounts.Citizen", models.PROTECT, null=True, blank=True, related_name="legal_holds")
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, blank=True, db_index=False, related_name="legal_holds"
    )
    filed_since = models.DateField(null=True, blank=True)
    filed_until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=REASON_LENGTH)
    proceedings = models.CharField(max_length=REFERENCE_LENGTH)
    until = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_reason = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, citizen__isnull=True, agency__isnull=True)
                | Q(case__isnull=True, citizen__isnull=False, agency__isnull=True)
                | Q(case__isnull=True, citizen__isnull=True, agency__isnull=False),
                name="legalhold_on_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(filed_since__isnull=True, filed_until__isnull=True)
                | (
                    Q(agency__isnull=False)
                    & (
                        Q(filed_since__isnull=True)
                        | Q(filed_until__isnull=True)
                        | Q(filed_since__lte=models.F("filed_until"))
                    )
                ),
                name="legalhold_span_of_an_agency",
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(proceedings=""), name="legalhold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason="")),
                name="legalhold_lifted_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["case"], condition=Q(lifted_at__isnull=True), name="legalhold_of_case"),
            models.Index(fields=["citizen"], condition=Q(lifted_at__isnull=True), name="legalhold_of_citizen"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id or self.citizen_id or self.agency_id}: {self.proceedings}"


class RetentionRule(models.Model):
    """After how many months closed cases of a kind and an outcome are anonymised, and after how many more deleted.

    ``kind`` and ``outcome`` are empty for any; the most particular rule holds, of those the newest that is in effect.
    Without ``delete_months`` what is left of an anonymised case is kept.
    """

    kind = models.CharField(max_length=12, choices=Kind, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    anonymise_months = models.PositiveSmallIntegerField()
    delete_months = models.PositiveSmallIntegerField(null=True, blank=True)
    effective_from = models.DateField()
    set_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        ordering = ["kind", "outcome", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "outcome", "effective_from"], name="retentionrule_once_a_day"),
            models.CheckConstraint(condition=Q(anonymise_months__gte=1), name="retentionrule_after_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or '*'} {self.outcome or '*'}: {self.anonymise_months}"


class RetentionReport(models.Model):
    """What retention did on one day: how many of each kind; never whom."""

    day = models.DateField(unique=True)
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("retention report")
        verbose_name_plural = _("retention reports")

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class DoomedFile(models.Model):
    """A stored file whose row is gone: the file goes next, and then this row, so that a kill between loses nothing."""

    name = models.CharField(max_length=200, unique=True)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file to delete")
        verbose_name_plural = _("files to delete")

    def __str__(self) -> str:
        return self.name


class DeletedCase(models.Model):
    """What is left of a case whose time is over: what it was, when, and for whom it was counted; no person, no word.

    Written by the function in the database that deletes the case, and by nothing else.
    """

    case_key = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=12)
    outcome = models.CharField(max_length=20)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+")
    topic = models.ForeignKey("agencies.Topic", models.PROTECT, null=True, related_name="+")
    governorate = models.ForeignKey("agencies.Governorate", models.PROTECT, null=True, related_name="+")
    filed_on = models.DateField()
    closed_on = models.DateField()
    deleted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("deleted case")
        verbose_name_plural = _("deleted cases")

    def __str__(self) -> str:
        return f"{self.kind} {self.closed_on:%Y-%m}"


class Breach(models.Model):
    """A breach of personal data: what happened, when it became known, which data, what was done; with its clocks.

    ``telling_at`` is when the notices began to go out, ``persons_told_at`` when the last one was in the outbox.
    The law gives 24 hours to tell the persons and 72 to tell the authority, both from ``known_at``.
    """

    what = models.TextField(max_length=TEXT_LENGTH)
    data_concerned = models.TextField(max_length=TEXT_LENGTH)
    measures = models.TextField(max_length=TEXT_LENGTH)
    known_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    filters = models.JSONField(default=dict)
    listed_at = models.DateTimeField(null=True, blank=True)
    telling_at = models.DateTimeField(null=True, blank=True)
    persons_told_at = models.DateTimeField(null=True, blank=True)
    authority_told_at = models.DateTimeField(null=True, blank=True)
    authority_reference = models.CharField(max_length=REFERENCE_LENGTH, blank=True)

    class Meta:
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        ordering = ["-known_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(authority_told_at__isnull=True) | ~Q(authority_reference=""),
                name="breach_told_with_a_reference",
            ),
            models.CheckConstraint(
                condition=Q(persons_told_at__isnull=True) | Q(listed_at__isnull=False), name="breach_listed_before_told"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class BreachPerson(models.Model):
    """One person whom a breach concerns; ``told_at`` is when the notice was put into the outbox."""

    breach = models.ForeignKey(Breach, models.CASCADE, related_name="persons")
    citizen = models.ForeignKey("accounts.Citizen", models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("person concerned by a breach")
        verbose_name_plural = _("persons concerned by a breach")
        constraints = [models.UniqueConstraint(fields=["breach", "citizen"], name="breachperson_once")]

    def __str__(self) -> str:
        return f"{self.breach_id}: {self.citizen_id}"
