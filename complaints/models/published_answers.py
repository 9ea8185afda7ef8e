"""Answers that anybody may read, made by the unit from inquiries that were answered."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Concat
from django.utils.translation import get_language, gettext_lazy as _

from complaints.models.case import ArabicStrip

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
