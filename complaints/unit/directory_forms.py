"""What a table of reference data has for pages: its names, the columns of its list, its form, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from agencies import reference_changes
from agencies.models import Reference, ReferenceChange
from agencies.models.base import holding, stripped
from agencies.reference_changes import ENDED_BY, Author, recorded_fields
from agencies.reference_reading import FORMULA
from kit.arabic import strip_prefixes
from kit.dates import day_text
from kit.forms import DayBoxField, Form, LineField, NumberField, ParagraphField, TimeBoxField

# ---- The forms of reference data, made of the fields of each table; they clean, and the one door stores. ----


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


NAMES = stripped("name_ar", "name_en")
#: The tabs of a list: what is in force, what of it still has to be checked, and what is over.
IN_FORCE, UNVERIFIED, ENDED = "", "unverified", "ended"
#: The most rows a list shows; the words of the search make it shorter.
MOST_ROWS = 200


@dataclass(frozen=True)
class Column:
    """One column of a list: its title, and what it says of a row."""

    title: StrPromise | str
    text: Callable[[Any], object]


@dataclass(frozen=True, kw_only=True)
class DirectoryTable:
    """A table of reference data as its pages show it; ``slug`` stands in their addresses."""

    slug: str
    model: type[Reference]
    form: type[DirectoryForm]
    title: StrPromise | str
    add_title: StrPromise | str
    end_title: StrPromise | str
    end_label: StrPromise | str
    columns: Sequence[Column]
    joined: tuple[str, ...] = ()
    searched: Combinable = NAMES

    @property
    def can_end(self) -> bool:
        """Tell whether its rows end; governorates do not: only a law does that, and it says what becomes of each."""
        return bool(self.end_title)

    def rows(self, *, on: date, words: str = "", view: str = IN_FORCE) -> models.QuerySet[Any]:
        """Return the rows of one tab of the list on a day that contain every one of ``words``."""
        found = self.model._default_manager.all()  # noqa: SLF001
        found = found.select_related(*self.joined) if self.joined else found
        found = found.exclude(self._in_force(on)) if view == ENDED else found.filter(self._in_force(on))
        found = found.exclude(unverified="") if view == UNVERIFIED else found
        for word in strip_prefixes(words).split():
            found = found.alias(searched=self.searched).filter(searched__contains=word)
        return found

    def is_ended(self, row: Reference, *, on: date) -> bool:
        """Tell whether a row is over on a day."""
        if not self.can_end:
            return False
        if self.model in ENDED_BY:
            return any(getattr(row, name) == value for name, value in ENDED_BY[self.model].items())
        last: date | None = getattr(row, "ends_on", None)
        return last is not None and last < on

    def _in_force(self, on: date) -> Q:
        if not self.can_end:
            return Q(pk__isnull=False)
        if self.model in ENDED_BY:
            return ~Q(**ENDED_BY[self.model])
        # What begins later is not over: it stands in the list with its first day.
        return holding(on) | Q(starts_on__gt=on)


# ---- How the values of reference data read, on their page and in the list of their changes. ----


NOTHING = "—"


@dataclass(frozen=True)
class FieldText:
    """One field of a row: its label and its value, and its value before where it changed."""

    label: str
    value: str
    before: str = ""


@dataclass(frozen=True)
class ChangeText:
    """One change as the page tells it."""

    change: ReferenceChange
    author: str
    fields: tuple[FieldText, ...]


class Names:
    """The names of the rows that fields refer to; one query for each table."""

    def __init__(self, model: type[Reference], values: Iterable[Mapping[str, Any]]) -> None:
        self._names: dict[type[models.Model], dict[int, str]] = {}
        keys: dict[type[models.Model], set[int]] = {}
        fields = recorded_fields(model)
        for each in values:
            for name, value in each.items():
                known = fields.get(name)
                if isinstance(known, models.ForeignKey) and value is not None:
                    keys.setdefault(known.related_model, set()).add(value)
        for target, found in keys.items():
            rows = target._default_manager.in_bulk(found)  # noqa: SLF001
            self._names[target] = {key: str(row) for key, row in rows.items()}

    def of(self, known: models.ForeignKey[Any, Any], key: int) -> str:
        """Return the name of a row that ``known`` refers to."""
        return self._names.get(known.related_model, {}).get(key, NOTHING)


def row_fields(row: Reference) -> list[FieldText]:
    """Return the fields of a row that say something, for its page."""
    fields = recorded_fields(type(row))
    values = {name: getattr(row, name) for name in fields}
    names = Names(type(row), [values])
    shown = ((known, values[name]) for name, known in fields.items() if values[name] not in ("", None, []))
    return [FieldText(_label(known), _text(known, value, names)) for known, value in shown]


def _label(known: models.Field[Any, Any]) -> str:
    return str(capfirst(known.verbose_name))


def change_texts(model: type[Reference], changes: Iterable[ReferenceChange]) -> list[ChangeText]:
    """Return changes of rows of one table as their page tells them."""
    found = list(changes)
    names = Names(model, [values for change in found for values in (change.before, change.after)])
    people = _authors(change.made_by for change in found if change.made_by)
    return [
        ChangeText(change, people.get(change.made_by, "") if change.made_by else "", _fields(model, change, names))
        for change in found
    ]


def _authors(keys: Iterable[UUID]) -> dict[UUID | None, str]:
    return {user.pk: user.name for user in User.objects.filter(pk__in=set(keys)).only("name_ar", "name_en", "login")}


def _fields(model: type[Reference], change: ReferenceChange, names: Names) -> tuple[FieldText, ...]:
    fields = recorded_fields(model)
    return tuple(
        FieldText(
            _label(fields[name]),
            _text(fields[name], value, names),
            _text(fields[name], change.before[name], names) if name in change.before else "",
        )
        for name, value in change.after.items()
        if name in fields
    )


def _text(known: models.Field[Any, Any], value: Any, names: Names) -> str:
    if value in ("", None, []):
        return NOTHING
    if isinstance(known, models.ForeignKey):
        return names.of(known, value)
    return _plain(known, _parsed(known, value))


def _parsed(known: models.Field[Any, Any], value: Any) -> Any:
    try:
        return known.to_python(value)
    except ValidationError:
        return value


def word_list(words: Iterable[str]) -> str:
    """Return words in one line; isolating marks keep each in its place, whatever its script."""
    return gettext(", ").join(f"\u2068{word}\u2069" for word in words)


def _plain(known: models.Field[Any, Any], value: Any) -> str:
    match value:
        case bool():
            return gettext("Yes") if value else gettext("No")
        case date():
            return day_text(value)
        case time():
            return f"{value:%H:%M}"
        case list() if isinstance(known, ArrayField):
            return word_list(_choice_label(known.base_field, item) for item in value)
    return _choice_label(known, value)


def _choice_label(known: Any, value: Any) -> str:
    """Return what a choice is called where it stands alone, and any other value as it is."""
    labels = dict(known.flatchoices)
    return str(capfirst(labels[value]) if value in labels else value)
