"""What a worker has read in the texts of open cases: clues to an owner, and which cases are alike."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SuggestionsDue(models.Model):
    """A case whose suggestions are to be made anew.

    A trigger adds a row in the transaction in which a case is filed, closed, reopened or comes to triage, or in which
    its words, topic, kind, place or agency change.
    """

    case_id = models.BigIntegerField(db_index=True)
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("suggestions due")

    def __str__(self) -> str:
        return str(self.case_id)


class OwnerClues(models.Model):
    """What topic, place and text say of the owner of a case in triage (``complaints.suggestions.clues.Clues``).

    ``edition`` names the rules, the reference data and the day by which they were read.
    """

    case = models.OneToOneField("complaints.Case", models.CASCADE, primary_key=True, related_name="+")
    edition = models.CharField(max_length=60)
    clues = models.JSONField()

    class Meta:
        verbose_name = _("clues to an owner")

    def __str__(self) -> str:
        return f"{self.case_id} {self.edition}"


class Likeness(models.Model):
    """That ``other``, an open case, is about the same thing as ``case``: the share of common shingles, from 0 to 1.

    Each pair has two rows, but for one whose places allow one direction only. Without foreign keys in the database,
    whose checks would make actions on either case wait for the worker.
    """

    case = models.ForeignKey(
        "complaints.Case", models.CASCADE, related_name="likenesses", db_constraint=False, db_index=False
    )
    other = models.ForeignKey("complaints.Case", models.CASCADE, related_name="alike", db_constraint=False)
    score = models.FloatField()

    class Meta:
        verbose_name = _("likeness")
        constraints = [
            models.UniqueConstraint(fields=["case", "other"], name="likeness_once_per_pair"),
            models.CheckConstraint(condition=~models.Q(case=models.F("other")), name="likeness_of_two_cases"),
            models.CheckConstraint(condition=models.Q(score__gte=0, score__lte=1), name="likeness_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.other_id}: {self.score}"
