"""The part of the cases a report is limited to: by agency, topic, kind, channel and governorate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Self
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from agencies.models import Agency, AgencySuccession, Governorate, Topic
from complaints.models import Channel
from complaints.workflow import Kind
from kit.forms import Form
from kit.languages import current_language
from reports.figures.scopes import Key, Scope

#: What stands in an address for cases without an agency or a topic.
NONE: Final = "-"
_ALL: Final = ("", pgettext_lazy("in a filter", "All"))


class FilterForm(Form):
    """What a report is limited to; an empty box limits nothing.

    What can be chosen is read where something is chosen, and where the boxes are ``offered``.
    """

    agency = forms.ChoiceField(required=False, label=_("Agency"))
    topic = forms.ChoiceField(required=False, label=pgettext_lazy("report", "Topic"))
    kind = forms.ChoiceField(required=False, label=pgettext_lazy("case", "Kind"), choices=[_ALL, *Kind.choices])
    channel = forms.ChoiceField(required=False, label=_("Channel"), choices=[_ALL, *Channel.choices])
    governorate = forms.ChoiceField(required=False, label=_("Governorate"))

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self._keys: dict[tuple[str, str], int] = {}
        self._is_offered = False
        if self.query:
            self.offered()

    def offered(self) -> Self:
        """Return the form with all that can be chosen; three queries the first time.

        Agencies whose whole work another one does are left out: their cases count for that one.
        """
        if self._is_offered:
            return self
        self._is_offered = True
        merged = AgencySuccession.objects.executed().filter(topic=None, governorate=None).values("predecessor")
        columns = ("pk", "code", f"name_{current_language()}")
        topics = list(Topic.objects.values_list(*columns, "parent"))
        named = self._named("agency", Agency.objects.exclude(pk__in=merged).values_list(*columns))
        groups = (
            (group, self._named("topic", (row for *row, parent in topics if parent == key)))
            for key, _code, group, parent in topics
            if parent is None
        )
        self._offer("agency", (NONE, gettext("No agency yet")), *named)
        self._offer("topic", (NONE, gettext("No topic")), *groups)
        self._offer("governorate", *self._named("governorate", Governorate.objects.values_list(*columns)))
        return self

    def _offer(self, name: str, *choices: tuple[str, Any]) -> None:
        self.offer_choices(name, [_ALL, *choices])

    def _named(self, field: str, rows: Iterable[Sequence[Any]]) -> Sequence[tuple[str, str]]:
        """Return the options that rows of a key, a code and a name are, and remember their keys."""
        found = list(rows)
        self._keys |= {(field, code): key for key, code, _name in found}
        return [(code, name) for _key, code, name in found]

    @property
    def scope(self) -> Scope:
        """The part of the cases; for a valid form only."""
        return Scope(*(self._chosen(name) for name in ("agency", "topic", "kind", "channel", "governorate")))

    def _chosen(self, name: str) -> frozenset[Key] | None:
        value = self.cleaned_data[name]
        if not value:
            return None
        return frozenset({None if value == NONE else self._keys.get((name, value), value)})

    @property
    def query(self) -> str:
        """The query string of what is chosen, whether or not it can be."""
        return urlencode({name: self.data[name] for name in self.fields if self.data.get(name)})

    @property
    def said(self) -> str:
        """What is chosen, in words; empty where nothing is, and for an invalid form."""
        if not self.is_valid():
            return ""
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return " · ".join(f"{self.fields[name].label}: {self._label(name, value)}" for name, value in chosen.items())

    def _label(self, name: str, value: str) -> str:
        choices: Any = self.typed_field(name, forms.ChoiceField).choices
        flat = (each for key, label in choices for each in (label if isinstance(label, list) else [(key, label)]))
        return next(str(label) for key, label in flat if key == value)
