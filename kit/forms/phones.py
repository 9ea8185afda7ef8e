"""Mobile telephone numbers."""

from collections.abc import Callable, Collection
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import PhoneNumber

from kit.forms.numbers import DigitsInput, is_digits, plain_digits

#: In North America a number does not tell which of the two it is.
_MOBILE = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


class MobileField(forms.CharField):
    """A mobile telephone number, returned in E.164 (``+962790001234``).

    Numbers without a country are Jordanian. ``regions`` are the countries accepted, or a function that returns them:
    messages cost money, and numbers abroad are the usual way to run up the bill.
    """

    def __init__(self, *, regions: Collection[str] | Callable[[], Collection[str]] = ("JO",), **kwargs: Any) -> None:
        kwargs.setdefault("widget", DigitsInput(attrs={"inputmode": "tel", "autocomplete": "tel"}))
        super().__init__(**kwargs)
        self._regions = regions
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the number in E.164."""
        typed = plain_digits(super().to_python(value) or "")
        if not typed:
            return ""
        number = _parsed(typed)
        if number is None or not self._is_mobile(number):
            raise ValidationError(_("Enter a mobile number, such as 0790001234"), code="invalid")
        return str(number.as_e164)

    @property
    def regions(self) -> Collection[str]:
        """The countries accepted now."""
        return self._regions() if callable(self._regions) else self._regions

    def _is_mobile(self, number: PhoneNumber) -> bool:
        return (
            number.is_valid()
            and phonenumbers.number_type(number) in _MOBILE
            and phonenumbers.region_code_for_number(number) in self.regions
        )


def _parsed(typed: str) -> PhoneNumber | None:
    if not is_digits(typed.removeprefix("+")):
        return None
    try:
        return PhoneNumber.from_string(typed, region="JO")
    except phonenumbers.NumberParseException:
        return None
