"""The forms of reference data, made of the fields of each table; they clean, and the one door stores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from agencies import reference_changes
from agencies.models import Reference, ReferenceChange
from agencies.reference_changes import Author
from agencies.reference_reading import FORMULA
from kit.forms import DayBoxField, Form, LineField, NumberField, ParagraphField, TimeBoxField

#: Nobody plans a change further ahead.
MOST_AHEAD = timedelta(days=731)
TEXT_LENGTH = 3000
MOST_NUMBER = 9999
NOTHING_CHOSEN = "—"
ON_HINT = _("Day, month and year, such as 22/1/2026")


def form_field(known: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """Return the field of a form for a field of a table, in the house voice."""
    said = {"label": capfirst(known.verbose_name), "help_text": known.help_text, "required": not known.blank}
    said |= {"initial": known.get_default()} if known.has_default() else {}
    is_own_kind = isinstance(known, models.CharField) and (known.choices or type(known) is not models.CharField)
    box = None if is_own_kind else next((make for kind, make in _BOXES if isinstance(known, kind)), None)
    return box(known, said) if box else known.formfield(**kwargs)


type Said = dict[str, Any]


def _list(known: Any, said: Said) -> forms.Field:
    if known.base_field.choices:
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=_as_labels(known.base_field.choices), widget=boxes, **said)
    line = LineField(max=known.base_field.max_length or TEXT_LENGTH)
    return SimpleArrayField(line, delimiter="\n", widget=forms.Textarea(attrs={"rows": 4}), **said)


def _line(known: Any, said: Said) -> forms.Field:
    return LineField(max=known.max_length or TEXT_LENGTH, **said)


_BOXES: tuple[tuple[type[models.Field[Any, Any]], Callable[[Any, Said], forms.Field]], ...] = (
    (ArrayField, _list),
    (models.BooleanField, lambda _known, said: forms.BooleanField(**(said | {"required": False}))),
    (models.DateField, lambda _known, said: DayBoxField(**(said | {"help_text": said["help_text"] or ON_HINT}))),
    (models.TimeField, lambda _known, said: TimeBoxField(**said)),
    (models.PositiveSmallIntegerField, lambda _known, said: NumberField(max=MOST_NUMBER, **said)),
    (models.TextField, lambda _known, said: ParagraphField(max=TEXT_LENGTH, rows=3, **said)),
    (models.CharField, _line),
)


class DirectoryForm(Form, forms.ModelForm):  # type: ignore[type-arg] # named by each form
    """A row of reference data; a change can wait for ``effective_on``, where the table has no days of its own."""

    effective_on = DayBoxField(
        required=False,
        label=_("In effect from"),
        help_text=_("Leave empty for today. Until a later day everything stays as it is."),
    )
    #: Whether a change can be planned for a later day.
    is_planned: ClassVar[bool] = True
    #: Fields that are taken from the address of the page that adds a row.
    prefilled: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, data: Mapping[str, Any] | None, *, instance: Reference | None, today: date, **kwargs: Any
    ) -> None:
        super().__init__(data, instance=instance, **kwargs)
        self.today = today
        if instance is None or not self.is_planned:
            del self.fields["effective_on"]
        for name, known in self.fields.items():
            if isinstance(known, forms.ModelChoiceField) and known.queryset is not None:
                known.queryset = self.offered(name, known.queryset)
                known.empty_label = NOTHING_CHOSEN
            elif isinstance(known, forms.TypedChoiceField):
                known.choices = _as_labels(known.choices)

    def offered(self, name: str, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Return the rows that can be chosen in a field."""
        del name
        return rows

    def clean_effective_on(self) -> date | None:
        """Refuse days that are over, and those nobody can plan for."""
        day: date | None = self.cleaned_data["effective_on"]
        if day is not None and not self.today <= day <= self.today + MOST_AHEAD:
            raise ValidationError(gettext("Enter today or a later day, at most two years ahead"))
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse what a spreadsheet would calculate."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and value.startswith(FORMULA):
                self.add_error(name, _("This text begins like a spreadsheet formula. Begin it with a letter."))
        return cleaned

    def store(self, *, author: Author) -> ReferenceChange | None:
        """Store the row through the one door; None if nothing differs."""
        if self.instance.pk is None:
            return reference_changes.add(self.instance, author=author)
        values = reference_changes.snapshot(self.instance)
        return reference_changes.change(self.instance, values, author=author, on=self.cleaned_data.get("effective_on"))


def _as_labels(choices: Any) -> list[tuple[Any, Any]]:
    """Return ``choices`` as labels of their own, with our sign for none of them in place of Django's words."""
    return [(value, capfirst(label) if value else NOTHING_CHOSEN) for value, label in choices]


class EndForm(Form):
    """The last day of a row, or the day from which it is no longer offered; without a ``label`` it ends at once."""

    on = DayBoxField(help_text=ON_HINT)

    def __init__(self, data: Mapping[str, Any] | None, *, label: Any, today: date, earliest: date | None) -> None:
        super().__init__(data)
        self.today, self.earliest = today, earliest
        self.fields["on"].label = label
        if not label:
            del self.fields["on"]

    @property
    def day(self) -> date:
        """Return the chosen day; today for what ends at once."""
        return self.cleaned_data.get("on") or self.today

    def clean_on(self) -> date:
        """Refuse a day before the first, and those that are over."""
        day: date = self.cleaned_data["on"]
        if not self.today <= day <= self.today + MOST_AHEAD:
            raise ValidationError(gettext("Enter today or a later day, at most two years ahead"))
        if self.earliest is not None and day < self.earliest:
            raise ValidationError(gettext("The last day cannot be before the first"))
        return day
