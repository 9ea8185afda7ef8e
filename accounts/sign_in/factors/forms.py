"""The forms that ask for a second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from accounts.sign_in.factors.apps import DIGITS
from kit.forms import DigitsField, DigitsInput, Form, LineField


class FactorForm(Form):
    """The code of an app or a recovery code; or the answer of a passkey, which a script fills in."""

    code = LineField(
        label=_("Code"),
        max=40,
        required=False,
        help_text=_("6 digits from your authenticator app, or one of your recovery codes"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    passkey = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Require one of the two."""
        if not self.errors and not self.cleaned_data.get("code") and not self.cleaned_data.get("passkey"):
            self.add_error("code", gettext("Enter the code"))
        return self.cleaned_data


class NewAppForm(Form):
    """The first code of a new authenticator app."""

    code = DigitsField(
        label=_("Code from the app"),
        length=DIGITS,
        help_text=_("6 digits"),
        error_messages={"required": _("Enter the code that the app shows")},
        widget=DigitsInput(attrs={"autocomplete": "one-time-code", "maxlength": "9"}),
    )


class CodesKeptForm(Form):
    """The confirmation that the recovery codes are kept."""

    kept = forms.BooleanField(label=_("I have printed these codes or written them down"))
