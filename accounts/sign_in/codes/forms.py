"""The form for the code from an SMS."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.sign_in.codes.phone_codes import DIGITS
from kit.forms import (
    DigitsField,
    DigitsInput,
    Form,
)


class CodeForm(Form):
    """The code from the message."""

    code = DigitsField(
        label=_("Security code"),
        length=DIGITS,
        help_text=_("5 digits"),
        widget=DigitsInput(attrs={"autocomplete": "one-time-code", "maxlength": "9"}),
    )
