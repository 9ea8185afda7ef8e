"""The forms of notes, telephone calls, the next officer, and outside centres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.models import SpokenWith
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT, TextWithFilesForm
from kit.forms import CHOOSE, Card, ChoiceCardsField, Form, ParagraphField

#: Why a colleague who was offered a moment ago cannot get a case.
GONE = _("This person is not available at your agency today. Choose another officer")


class NoteForm(Form):
    """A note for colleagues."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=4,
        label=_("Your note"),
        help_text=_("Your colleagues and the CMU can read this. The citizen cannot."),
    )


class NoteWithFilesForm(TextWithFilesForm, NoteForm):
    """A note for colleagues, with files that they alone see."""


class CallForm(Form):
    """A telephone call: with whom, and what was said."""

    spoken_with = ChoiceCardsField(
        cards=[Card(value, label) for value, label in SpokenWith.choices],
        label=_("Who did you speak to?"),
        error_messages={"required": _("Choose who you spoke to")},
    )
    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=4,
        label=_("What was said?"),
        error_messages={"required": _("Write what was said")},
        help_text=_("Your colleagues and the CMU can read this. The citizen cannot."),
    )


class AssignForm(Form):
    """The colleague who goes on with a case, or with many."""

    officer = forms.ChoiceField(label=_("Officer"), error_messages={"invalid_choice": GONE})

    def __init__(self, data: Mapping[str, Any] | None, *, officers: Sequence[User]) -> None:
        super().__init__(data)
        self.officers = {str(officer.pk): officer for officer in officers}
        names = [(key, officer.name) for key, officer in self.officers.items()]
        self.offer_choices("officer", names, empty=CHOOSE)

    @property
    def chosen(self) -> User:
        """Return the officer chosen."""
        return self.officers[self.cleaned_data["officer"]]


class TakeBackForm(Form):
    """What a centre outside answered."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("What did the centre answer?"),
        error_messages={"required": _("Write what the centre answered")},
        help_text=_("The citizen does not see this. It helps you to write the answer."),
    )
