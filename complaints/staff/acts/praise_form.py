"""The confirmation that praise was passed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import Directorate
from kit.forms import CHOOSE, Form


class DeliverForm(Form):
    """Where the praised people work, and the confirmation that they have read the thanks."""

    directorate = forms.ChoiceField(
        required=False, label=_("Directorate that the praise is for"), help_text=_("Leave empty for the whole agency.")
    )
    is_passed_on = forms.BooleanField(
        label=_("The praise was passed on to the people it is for"),
        error_messages={"required": _("Pass the praise on first, then tick the box")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, directorates: Sequence[Directorate]) -> None:
        super().__init__(data)
        self.directorates = {str(directorate.pk): directorate for directorate in directorates}
        if not self.directorates:
            del self.fields["directorate"]
            return
        names = [(key, directorate.name) for key, directorate in self.directorates.items()]
        self.offer_choices("directorate", names, empty=CHOOSE)

    @property
    def chosen_directorate(self) -> Directorate | None:
        """Return the directorate chosen, None where it is the whole agency."""
        return self.directorates.get(self.cleaned_data.get("directorate", ""))
