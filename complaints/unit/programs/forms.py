"""The form of a program outside: where it is called, where its answers are fetched, and in whose name it acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models import User
from kit.forms import CHOOSE, Form, LineField
from notifications.carriers.public_addresses import PrivateAddress, check_url

LONGEST = 300


class ProgramForm(Form):
    """Addresses of a program; ``officers`` are those of its agency, None for a centre."""

    url = LineField(
        max=LONGEST,
        required=False,
        label=_("Address that we call"),
        help_text=_("Begins with https:// and leads to the public internet. Leave empty to call nothing."),
    )
    answers_url = LineField(
        max=LONGEST,
        required=False,
        label=_("Address at which we fetch answers"),
        help_text=_("Only for a centre that does not call us."),
    )
    officer = forms.ChoiceField(
        label=_("Officer in whose name it acts"),
        help_text=_("The history of each case names this person. Choose an account of its own for the system."),
    )
    is_active = forms.BooleanField(required=False, label=_("In use"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, officers: Sequence[User] | None, initial: Mapping[str, Any]
    ) -> None:
        super().__init__(data, initial=initial)
        self.officers = {str(one.pk): one for one in officers or ()}
        if officers is None:
            del self.fields["officer"]
            return
        del self.fields["answers_url"]
        names = [(key, one.name) for key, one in self.officers.items()]
        self.offer_choices("officer", names, empty=CHOOSE)

    def clean_url(self) -> str:
        """Refuse an address that may not be called."""
        return _callable(self.cleaned_data["url"])

    def clean_answers_url(self) -> str:
        """Refuse an address that may not be called."""
        return _callable(self.cleaned_data["answers_url"])

    @property
    def chosen_officer(self) -> User | None:
        """Return the officer chosen, None for a centre."""
        return self.officers.get(self.cleaned_data.get("officer", ""))


def _callable(url: str) -> str:
    if not url:
        return url
    try:
        check_url(url)
    except (PrivateAddress, ValueError):
        text = gettext("Enter an address that begins with https:// and leads to a machine on the public internet")
        raise ValidationError(text, code="private") from None
    return url
