"""Which agency goes on with the work of another: mergers, splits, and parts of the work that move."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models.bodies import Agency
from agencies.models.places import Governorate
from agencies.models.topics import Topic


class SuccessionQuerySet(models.QuerySet["AgencySuccession"]):
    """Queries for successions."""

    def planned(self) -> Self:
        """Return the successions that wait for their day."""
        return self.filter(executed_at=None, cancelled_at=None)

    def executed(self) -> Self:
        """Return the successions that have taken effect."""
        return self.filter(executed_at__isnull=False)

    def standing(self) -> Self:
        """Return the successions that were not cancelled."""
        return self.filter(cancelled_at=None)


class AgencySuccession(models.Model):
    """From the day ``on``, ``successor`` does the work of ``predecessor``: of a topic, in a governorate, or the rest.

    The rest is a succession without topic and governorate; with it the predecessor ends the day before. ``final`` is
    the agency that does the work today, after later successions. ``planned_by`` is the key of the user.
    """

    predecessor = models.ForeignKey(Agency, models.PROTECT, related_name="successions", verbose_name=_("agency"))
    successor = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("successor"))
    final = models.ForeignKey(Agency, models.PROTECT, related_name="continues")
    on = models.DateField(_("from"))
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("topic or group")
    )
    governorate = models.ForeignKey(
        Governorate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("governorate")
    )
    reason = models.TextField(_("reason"))
    planned_by = models.UUIDField()
    planned_at = models.DateTimeField()
    executed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["-on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="succession_is_by_another_agency"),
            models.CheckConstraint(condition=~Q(predecessor=F("final")), name="succession_does_not_lead_back"),
            models.CheckConstraint(
                condition=Q(executed_at=None) | Q(cancelled_at=None), name="succession_is_executed_or_cancelled"
            ),
            models.UniqueConstraint(
                fields=["predecessor", "topic", "governorate"],
                condition=Q(cancelled_at=None),
                nulls_distinct=False,
                name="succession_of_the_same_work_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["on", "id"], condition=Q(executed_at=None, cancelled_at=None), name="succession_planned"
            )
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"

    @property
    def is_whole(self) -> bool:
        """Tell whether it covers all work that no other succession names, so that the predecessor ends."""
        return self.topic_id is None and self.governorate_id is None

    def covers(self, topic: Topic | None, governorate_id: int | None) -> bool:
        """Tell whether it covers work on ``topic`` (or its group) in a governorate."""
        topics = {topic.pk, topic.parent_id} if topic else set()
        return (self.topic_id is None or self.topic_id in topics) and self.governorate_id in {None, governorate_id}
