"""Abstract models of reference data: codes, names in both languages, dates, marks for unverified and edited rows."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext_lazy as _


def stripped(*fields: str) -> models.Func:
    """Return the SQL expression of ``fields`` joined by spaces, folded and without articles.

    A plain Func, no class of this app, so that migrations import nothing from it.
    """
    parts: list[F | models.Value] = [F(fields[0])]
    for name in fields[1:]:
        parts += [models.Value(" "), F(name)]
    text = models.functions.Concat(*parts, output_field=models.TextField()) if len(parts) > 1 else parts[0]
    return models.Func(text, function="ar_strip", output_field=models.TextField())


def span_of_days() -> models.Func:
    """Return the SQL range of the days from ``starts_on`` to ``ends_on``, both included, open where one is null."""
    return models.Func(
        F("starts_on"), F("ends_on"), models.Value("[]"), function="DATERANGE", output_field=DateRangeField()
    )


def in_order() -> Q:
    """Return the condition that a span does not end before it starts."""
    return Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))


class Reference(models.Model):
    """A row loaded from files and maintained by people: see docs/decisions/0020-reference-data-ownership.md."""

    unverified = models.CharField(
        _("not verified"),
        max_length=300,
        blank=True,
        default="",
        help_text=_("What still needs checking; leave empty once verified"),
    )
    edited_at = models.DateTimeField(_("last edited by staff"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class Coded(models.Model):
    """A row known by its code: in files, in routing and in URLs."""

    code = models.SlugField(_("row code"), max_length=40, unique=True)

    class Meta:
        abstract = True


class Shipped(models.Model):
    """A row that has a code only if it was loaded from a file; rows added by people have none."""

    code = models.SlugField(_("row code"), max_length=60, unique=True, null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class Named(models.Model):
    """A row with a name in both languages."""

    name_ar = models.CharField(_("name in Arabic"), max_length=150)
    name_en = models.CharField(_("name in English"), max_length=150)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name in the language of the reader."""
        return self.name_en if get_language() == "en" else self.name_ar


class Dated(models.Model):
    """A row that holds from one day to another, both included; a missing date means no limit."""

    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(condition=in_order(), name="%(app_label)s_%(class)s_ends_after_it_starts")
        ]

    def clean(self) -> None:
        """Refuse an end before the start: PostgreSQL would raise an error when it builds the range."""
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day cannot be before the first")})


def holding(on: object) -> Q:
    """Return the condition that a dated row holds on the day ``on``."""
    return (Q(starts_on=None) | Q(starts_on__lte=on)) & (Q(ends_on=None) | Q(ends_on__gte=on))


# ---- Who changed which row of reference data, when, and from which day on; changes planned for a later day
# included.


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
