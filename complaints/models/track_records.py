"""What became of earlier cases and promises: counts for each agency, directorate and topic, and what they foretell."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class AnswerRecord(models.Model):
    """How many working days answers took: the cases of twelve months, by agency and topic.

    ``answered[n]`` cases had their first answer ``n`` working days after they were filed, ``unanswered[n]`` were
    without one for so long when they were counted, or when they ended; the last number is of all longer times. Without
    an agency the row counts all agencies, without a topic all topics; a group counts its topics.
    """

    agency = models.ForeignKey("agencies.Agency", models.CASCADE, null=True, related_name="+")
    topic = models.ForeignKey("agencies.Topic", models.CASCADE, null=True, related_name="+")
    answered = ArrayField(models.PositiveIntegerField())
    unanswered = ArrayField(models.PositiveIntegerField())

    class Meta:
        verbose_name = _("times of answers")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "topic"], nulls_distinct=False, name="answer_record_once_per_agency_and_topic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.topic_id}"


class PromiseRecord(models.Model):
    """What became of promises of ``span`` working days whose day came in twelve months.

    ``kept[n]`` were answered when ``n`` working days were left, ``missed`` too late or not yet. Without an agency,
    directorate or topic the row counts all of them.
    """

    agency = models.ForeignKey("agencies.Agency", models.CASCADE, null=True, related_name="+")
    directorate = models.ForeignKey("agencies.Directorate", models.CASCADE, null=True, related_name="+")
    topic = models.ForeignKey("agencies.Topic", models.CASCADE, null=True, related_name="+")
    span = models.PositiveSmallIntegerField()
    kept = ArrayField(models.PositiveIntegerField())
    missed = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("record of promises")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "directorate", "topic", "span"], nulls_distinct=False, name="promise_record_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.directorate_id} {self.topic_id} {self.span}"


class PromiseForecast(models.Model):
    """An open promise that will more likely be missed than kept, by what became of ``basis`` promises like it."""

    case = models.OneToOneField("complaints.Case", models.CASCADE, primary_key=True, related_name="forecast")
    agency = models.ForeignKey("agencies.Agency", models.CASCADE, related_name="+")
    miss_percent = models.PositiveSmallIntegerField()
    basis = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("forecast of a promise")
        constraints = [
            models.CheckConstraint(condition=models.Q(miss_percent__lte=100), name="forecast_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.miss_percent} %"


class TrackRecordCount(models.Model):
    """When the records of an agency, or without one those of all agencies together, were last counted.

    ``open_promises`` were running then, ``unjudged`` of them without enough promises like them for a forecast.
    """

    agency = models.OneToOneField("agencies.Agency", models.CASCADE, null=True, related_name="+")
    counted_on = models.DateField(null=True)
    open_promises = models.PositiveIntegerField(default=0)
    unjudged = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("count of records")
        constraints = [
            models.UniqueConstraint(fields=["agency"], nulls_distinct=False, name="track_record_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.counted_on}"
