"""What the citizen says of an answer, a problem that came back after a closing, and answers that are published."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models.functions import Concat
from django.utils.translation import get_language, gettext_lazy as _

from complaints.models.case import ArabicStrip
from complaints.models.history import events_of_its_case
from complaints.models.texts import TEXT_LENGTH

WORST_TREATMENT, BEST_TREATMENT = 1, 5


class Solved(models.TextChoices):
    """What the citizen says of the problem after an answer."""

    YES = "yes", _("Solved")
    PARTLY = "partly", _("Partly solved")
    NO = "no", _("Not solved")


class Confirmation(models.TextChoices):
    """What the citizen's last word says of the newest answer."""

    CONFIRMED = "confirmed", _("Confirmed solved")
    DISPUTED = "disputed", _("Disputed")
    UNANSWERED = "unanswered", _("The citizen has not said")


#: The one definition, as an aggregate over the rows ``event`` of one case; empty while no answer stands. The newest
#: word after the newest answer decides: a rating with "yes" confirms, any other rating and an objection dispute.
CONFIRMATION: Final = """CASE
    WHEN (array_agg(event.action ORDER BY event.number DESC)
        FILTER (WHERE event.action IN ('close', 'undo', 'archive', 'withdraw')))[1] = 'close'
    THEN coalesce((array_agg(
        CASE
            WHEN event.action = 'close' THEN 'unanswered'
            WHEN event.action = 'rate' AND event.facts ->> 'solved' = 'yes' THEN 'confirmed'
            ELSE 'disputed'
        END ORDER BY event.number DESC
    ) FILTER (WHERE event.action IN ('close', 'rate', 'object')))[1], '')
    ELSE ''
END"""


class ConfirmationOf(models.Func):
    """The ``Confirmation`` of a case by its key, by all that has happened."""

    template = (
        f"(SELECT {CONFIRMATION} FROM complaints_caseevent AS event "  # noqa: S608 - a constant of ours
        "WHERE event.case_id = %(expressions)s)"
    )
    output_field = models.CharField()

    def __init__(self) -> None:
        super().__init__("pk")


def _rating_checks(name: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=models.Q(solved__in=Solved.values), name=f"{name}_solved_is_known"),
        models.CheckConstraint(
            condition=models.Q(treated__isnull=True) | models.Q(treated__range=(WORST_TREATMENT, BEST_TREATMENT)),
            name=f"{name}_treated_is_on_the_scale",
        ),
    ]


class Rating(models.Model):
    """What the citizen says of one closing: one row for each, changed only by the citizen.

    ``closing`` is the event that gave the answer, ``event`` the one that wrote these words. A trigger refuses words
    that are not the citizen's or of another answer, and a change that does not keep the former words.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="ratings")
    closing = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    solved = models.CharField(max_length=6, choices=Solved)
    treated = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rating")
        ordering = ["made_at", "id"]
        constraints = [
            events_of_its_case("rating_events_are_of_its_case", "closing", "event"),
            *_rating_checks("rating"),
            models.CheckConstraint(
                condition=models.Q(changed_at__gte=models.F("made_at")), name="rating_is_changed_after_it_was_made"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.solved}"


class FormerRating(models.Model):
    """What a rating said before the citizen changed it."""

    rating = models.ForeignKey(Rating, models.CASCADE, related_name="former")
    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="former_ratings")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    solved = models.CharField(max_length=6, choices=Solved)
    treated = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    replaced_at = models.DateTimeField()

    class Meta:
        verbose_name = _("former rating")
        ordering = ["replaced_at", "id"]
        constraints = [
            events_of_its_case("former_rating_events_are_of_its_case", "event"),
            *_rating_checks("former_rating"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.solved}"


class Recurrence(models.Model):
    """A complaint about the same topic at the same place as one that was closed shortly before: the problem came back.

    ``closing`` is the event that closed the earlier case. Written when the new case is filed, and never changed.
    """

    case = models.OneToOneField("complaints.Case", models.CASCADE, related_name="recurrence")
    earlier = models.ForeignKey("complaints.Case", models.CASCADE, related_name="recurrences")
    closing = models.ForeignKey("complaints.CaseEvent", models.PROTECT, related_name="+")
    noticed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("recurrence")
        ordering = ["noticed_at", "id"]
        constraints = [
            events_of_its_case("recurrence_closing_is_of_the_earlier_case", "closing", case="earlier"),
            models.CheckConstraint(condition=~models.Q(earlier=models.F("case")), name="recurrence_is_of_another_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} ← {self.earlier_id}"


# ---- Answers that anybody may read, made by the unit from inquiries that were answered. ----


QUESTION_LENGTH = 200
PUBLISHED_LENGTH = 3000


class PublishedAnswerQuerySet(models.QuerySet["PublishedAnswer"]):
    """Queries for published answers."""

    def in_public(self) -> PublishedAnswerQuerySet:
        """Return the answers that anybody may read: those not withdrawn, of topics that are offered."""
        return self.filter(withdrawn_at=None, topic__is_active=True)


class PublishedAnswer(models.Model):
    """A question and its answer in both languages, without a person; ``review_on`` is the day to look at it again.

    It does not say which inquiry it was made from, so that nothing leads from the public text to a person.
    """

    topic = models.ForeignKey("agencies.Topic", models.PROTECT, related_name="+")
    question_ar = models.CharField(max_length=QUESTION_LENGTH)
    question_en = models.CharField(max_length=QUESTION_LENGTH)
    answer_ar = models.TextField(max_length=PUBLISHED_LENGTH)
    answer_en = models.TextField(max_length=PUBLISHED_LENGTH)
    review_on = models.DateField()
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    folded = models.GeneratedField(
        expression=ArabicStrip(
            Concat(
                *("question_ar", models.Value(" "), "question_en", models.Value(" ")),
                *("answer_ar", models.Value(" "), "answer_en"),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    folded_question = models.GeneratedField(
        expression=ArabicStrip(
            Concat("question_ar", models.Value(" "), "question_en", output_field=models.TextField())
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = PublishedAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("published answer")
        verbose_name_plural = _("published answers")
        ordering = ["-changed_at", "-id"]

    def __str__(self) -> str:
        return f"{self.pk}: {self.topic_id}"

    @property
    def texts(self) -> list[str]:
        """Return question and answer in both languages."""
        return [self.question_ar, self.answer_ar, self.question_en, self.answer_en]

    @property
    def question(self) -> str:
        """Return the question in the language of the reader."""
        return self.question_en if get_language() == "en" else self.question_ar

    @property
    def answer(self) -> str:
        """Return the answer in the language of the reader."""
        return self.answer_en if get_language() == "en" else self.answer_ar
