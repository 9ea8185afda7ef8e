"""The form with which an agency lets the citizen see files of its directorates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from complaints.models import Attachment
from kit.dates import day_digits
from kit.forms import Form


class ShownFilesForm(Form):
    """The files of findings that the citizen sees; those that are shown already are ticked."""

    seen = forms.MultipleChoiceField(
        required=False,
        label=_("Files that the citizen sees"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A file without a tick is seen by your agency and the CMU only."),
        error_messages={"invalid_choice": _("One of the files is not there any more. Choose again")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, files: Sequence[Attachment], knows_person: bool) -> None:
        """``files`` come with their consultations and ``shown``; people name files after the citizen."""
        self.shown = {file.pk for file in files if hasattr(file, "shown")}
        super().__init__(data, initial={"seen": [str(key) for key in self.shown]})
        self.offer_choices("seen", [(str(file.pk), _line(file, knows_person=knows_person)) for file in files])

    @property
    def chosen(self) -> set[UUID]:
        """Return the keys of the files that are ticked."""
        return {UUID(key) for key in self.cleaned_data["seen"]}


def _line(file: Attachment, *, knows_person: bool) -> str:
    name = file.name if knows_person else file.plain_name
    office = file.consultation.directorate.name if file.consultation else ""
    # Isolating marks: a Latin name would otherwise change the direction of an Arabic line.
    return gettext(", ").join([f"\u2068{name}\u2069", office, day_digits(timezone.localdate(file.added_at))])
