"""Who changed which row of reference data, when, and from which day on; changes planned for a later day included."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ChangeKind(models.TextChoices):
    """What was done to a row."""

    ADDED = "added", _("Added")
    CHANGED = "changed", _("Changed")
    ENDED = "ended", _("Ended")
    LOADED = "loaded", _("Loaded from the project files")
    IMPORTED = "imported", _("Imported from a file")
    FOLLOWS = "follows", _("Follows the project files again")


class ReferenceChange(models.Model):
    """One change of one row: its fields before and after, who made it, when, and from which day it takes effect.

    ``thing`` is the name of the row's model and ``row`` its key. ``made_by`` is the key of the user, null for the
    files of the project. A change for a later day waits until it is applied or dropped; a trigger refuses everything
    else that would alter or delete a change.
    """

    thing = models.CharField(max_length=20)
    row = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=ChangeKind)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    made_by = models.UUIDField(null=True, blank=True)
    made_at = models.DateTimeField()
    effective_on = models.DateField()
    applied_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("change of reference data")
        verbose_name_plural = _("changes of reference data")
        ordering = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(applied_at=None) | Q(dropped_at=None), name="reference_change_is_applied_or_dropped"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["thing", "row", "-id"], name="reference_change_of_row"),
            models.Index(
                fields=["effective_on", "id"],
                condition=Q(applied_at=None, dropped_at=None),
                name="reference_change_planned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thing} {self.row}"

    @property
    def is_planned(self) -> bool:
        """Tell whether the change still waits for its day."""
        return self.applied_at is None and self.dropped_at is None
