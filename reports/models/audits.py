"""The audit of closings: rounds of blind random samples, their answers, the scores, and what was decided of each."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

#: The most points of a criterion.
MOST_POINTS: Final = 2
#: The most letters of a remark of a scorer, and of the reason of a settlement.
REMARK_LENGTH: Final = 500
#: The criteria of the rubric, in the order of the form; each is a column of ``AuditScore``.
CRITERIA: Final = ("answers_question", "says_what_was_done", "plain_words", "promise_has_date", "respectful")


class Verdict(models.TextChoices):
    """What a scorer finds an answer to be."""

    GENUINE = "genuine", _("A real answer")
    HOLLOW = "hollow", _("A hollow answer")


class AuditRound(models.Model):
    """One drawing: samples of the answers given from ``first`` to ``last``, one for each agency, scored together.

    ``size`` is the number of answers asked of each agency, ``second_percent`` the share that two people score. The
    spans of two rounds never overlap, so that no answer is drawn twice.
    """

    first = models.DateField()
    last = models.DateField()
    size = models.PositiveSmallIntegerField()
    second_percent = models.PositiveSmallIntegerField()
    drawn_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        verbose_name = _("round of audits")
        ordering = ["-first"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="audit_round_ends_after_start"
            ),
            models.CheckConstraint(condition=models.Q(size__gte=1), name="audit_round_has_a_size"),
            models.CheckConstraint(condition=models.Q(second_percent__lte=100), name="audit_round_second_is_a_share"),
            ExclusionConstraint(
                name="audit_rounds_do_not_overlap",
                expressions=[
                    (
                        models.Func(
                            "first", "last", models.Value("[]"), function="DATERANGE", output_field=DateRangeField()
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


class AuditSample(models.Model):
    """The sample of one agency in a round: how many answers it gave, how many of them were sent although challenged."""

    round = models.ForeignKey(AuditRound, models.CASCADE, related_name="samples")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    population = models.PositiveIntegerField()
    challenged = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("audited sample")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "agency"], name="audit_sample_once_per_agency"),
            models.CheckConstraint(
                condition=models.Q(challenged__lte=models.F("population")), name="audit_challenged_are_of_the_answers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.agency_id}"


class AuditItemQuerySet(models.QuerySet["AuditItem"]):
    """Filters for audited answers."""

    def hollow(self) -> Self:
        """Return those that were found hollow."""
        return self.filter(verdict=Verdict.HOLLOW)

    def disputed(self) -> Self:
        """Return those on which two scorers differ, and that nobody has settled."""
        scores = AuditScore.objects.filter(item=models.OuterRef("pk"))
        return self.filter(
            models.Exists(scores.filter(verdict=Verdict.HOLLOW)),
            models.Exists(scores.filter(verdict=Verdict.GENUINE)),
            verdict="",
        )


class AuditItem(models.Model):
    """One answer of a sample. ``verdict`` is empty until it is decided: by its scorers, or by who settled it.

    ``answer`` is None once retention has deleted the case. The keys follow no agency: rows are written in random order.
    ``is_challenged`` means that the answer was sent although the judgement of answers had challenged it. A trigger
    refuses a verdict that the scores do not bear, and any change of one.
    """

    sample = models.ForeignKey(AuditSample, models.CASCADE, related_name="items")
    # The migration writes the constraint, with ON DELETE SET NULL: a function of the database deletes cases.
    answer = models.OneToOneField(
        "complaints.Answer", models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    is_challenged = models.BooleanField()
    needs_second = models.BooleanField()
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True, default="", db_default="")
    judged_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    settled_because = models.TextField(max_length=REMARK_LENGTH, blank=True, default="", db_default="")

    objects = AuditItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("audited answer")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict="", judged_at=None)
                | (~models.Q(verdict="") & models.Q(judged_at__isnull=False)),
                name="audit_verdict_has_its_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(settled_by=None, settled_because="")
                | (~models.Q(settled_because="") & ~models.Q(verdict="") & models.Q(settled_by__isnull=False)),
                name="audit_settlement_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["sample"], condition=models.Q(verdict=""), name="audit_open_items")]

    def __str__(self) -> str:
        return f"{self.sample_id}: {self.pk}"


class AuditScore(models.Model):
    """What one member of the unit scored: each criterion from 0 to 2, and the verdict.

    Triggers refuse a change, a score by somebody who acted on the case or is recused from it, a second score where none
    was drawn, and a third.
    """

    item = models.ForeignKey(AuditItem, models.CASCADE, related_name="scores")
    scorer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    answers_question = models.PositiveSmallIntegerField(validators=[MaxValueValidator(MOST_POINTS)])
    says_what_was_done = models.PositiveSmallIntegerField(validators=[MaxValueValidator(MOST_POINTS)])
    plain_words = models.PositiveSmallIntegerField(validators=[MaxValueValidator(MOST_POINTS)])
    promise_has_date = models.PositiveSmallIntegerField(validators=[MaxValueValidator(MOST_POINTS)])
    respectful = models.PositiveSmallIntegerField(validators=[MaxValueValidator(MOST_POINTS)])
    verdict = models.CharField(max_length=10, choices=Verdict)
    remark = models.TextField(max_length=REMARK_LENGTH, blank=True)
    scored_at = models.DateTimeField()

    class Meta:
        verbose_name = _("score of an audited answer")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "scorer"], name="audit_score_once_per_person"),
            models.CheckConstraint(
                condition=models.Q(**{f"{name}__lte": MOST_POINTS for name in CRITERIA}), name="audit_points_are_0_to_2"
            ),
            models.CheckConstraint(condition=models.Q(verdict__in=Verdict.values), name="audit_verdict_is_given"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.verdict}"

    @property
    def points(self) -> int:
        """Return the points of all criteria together."""
        return sum(getattr(self, name) for name in CRITERIA)


# ---- The commitment index: its rules by date, the drafts and publications of a period, and what agencies
# replied.


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
