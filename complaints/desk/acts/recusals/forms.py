"""The form that recuses somebody, or ends a recusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT
from kit.forms import CHOOSE, Form, ParagraphField


class RecusalForm(Form):
    """Who, and why; where it can be one person only, that one is chosen."""

    person = forms.ChoiceField(label=_("Staff member"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("Reason"),
        help_text=_("Your colleagues and the CMU can read this. The citizen cannot."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, people: Sequence[User]) -> None:
        super().__init__(data)
        self.people = {str(user.pk): user for user in people}
        names = sorted((user.name, key) for key, user in self.people.items())
        choices = [(key, name) for name, key in names]
        self.offer_choices("person", choices, empty="" if len(choices) == 1 else CHOOSE)

    @property
    def chosen(self) -> User:
        """Return the person chosen."""
        return self.people[self.cleaned_data["person"]]
