"""Asks for a case by its number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from complaints import reference
from kit.forms import DigitsField, Form

PHONE_END = 4
_ENTER_PHONE_END = _("Enter the last 4 digits of the mobile number")


class TrackForm(Form):
    """The tracking number, and what only its owner knows about the mobile number."""

    ref = DigitsField(
        length=reference.LENGTH, label=_("Tracking number"), help_text=_("The 10-digit number in our message to you")
    )
    phone_end = DigitsField(
        length=PHONE_END,
        label=_("Last 4 digits of your mobile number"),
        help_text=_("The number you gave when you registered"),
        error_messages={
            "required": _ENTER_PHONE_END,
            "not_digits": _ENTER_PHONE_END,
            "length": _("Enter the last 4 digits of the mobile number; you entered %(typed)s"),
        },
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        initial: dict[str, Any] | None = None,
        is_number_only: bool = False,
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["phone_end"].required = not is_number_only

    def clean_ref(self) -> str:
        """Refuse a number whose check digit does not fit: it was mistyped."""
        typed: str = self.cleaned_data["ref"]
        if not reference.is_valid(typed):
            raise ValidationError(
                _("This tracking number is not correct. Check it against our message."), code="check_digit"
            )
        return typed
