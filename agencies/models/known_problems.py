"""Known problems: disruptions that an agency or the unit announces, so that people join them instead of filing."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext_lazy as _

from agencies.models.bodies import Agency
from agencies.models.places import City, Governorate
from agencies.models.topics import Topic

#: The longest text of a known problem, in characters: it is read while somebody wants to write.
PROBLEM_LENGTH = 400


class KnownProblemQuerySet(models.QuerySet["KnownProblem"]):
    """Queries for known problems."""

    def open_at(self, at: datetime) -> Self:
        """Return the problems that last at a moment."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def not_over(self, *, at: datetime) -> Self:
        """Return the problems that last at a moment or begin later."""
        return self.filter(ends_at__gt=at)

    def for_reading(self) -> Self:
        """Return the problems with the names that pages show."""
        return self.select_related("agency", "topic", "governorate", "city")


class KnownProblem(models.Model):
    """A disruption from one moment to another, of a topic or a group of topics, in the country or a part of it.

    Without an agency it is published by the unit. It ends by itself at ``ends_at``, which is brought forward when it is
    over before; what is over is never opened again (a trigger).
    """

    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name=_("topic"))
    governorate = models.ForeignKey(
        Governorate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("governorate")
    )
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place"))
    text_ar = models.CharField(_("text in Arabic"), max_length=PROBLEM_LENGTH)
    text_en = models.CharField(_("text in English"), max_length=PROBLEM_LENGTH)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    published_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = KnownProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("known problem")
        verbose_name_plural = _("known problems")
        ordering = ["-starts_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="known_problem_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(city=None) | Q(governorate__isnull=False), name="known_problem_place_has_its_governorate"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="known_problem_by_end")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.topic_id}"

    @property
    def text(self) -> str:
        """Return the text in the language of the reader."""
        return self.text_en if get_language() == "en" else self.text_ar

    def is_open(self, *, at: datetime) -> bool:
        """Tell whether the problem lasts at a moment."""
        return self.starts_at <= at < self.ends_at

    def is_over(self, *, at: datetime) -> bool:
        """Tell whether the problem ended by a moment."""
        return self.ends_at <= at
