"""How the values of reference data read, on their page and in the list of their changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext

from accounts.models import User
from agencies.models import Reference, ReferenceChange
from agencies.reference_changes import recorded_fields
from kit.dates import day_text

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
