"""The field for the number of an identity document."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kit.forms import (
    DigitsInput,
    plain_digits,
)

LONGEST_TYPED: Final = 60


class DocumentNumberField(forms.CharField):
    """The number of a document: letters and digits, in capitals, without spaces and dashes."""

    widget = DigitsInput(attrs={"inputmode": "text", "autocapitalize": "characters"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the number in its stored form."""
        number = plain_digits(super().to_python(value) or "").upper()
        if len(number) > LONGEST_TYPED or (number and not (number.isascii() and number.isalnum())):
            raise ValidationError(_("Enter the number in Latin letters and digits only"), code="invalid")
        return number
