"""Numbers: those that are names, and those that are counted with."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext

from kit.arabic import fold_digits
from kit.forms.text import without_format_marks

THOUSANDS = re.compile("[\\s,\u066c]+")
SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212_./()]+")


def plain_digits(text: str) -> str:
    """Return what was typed with ``٠-٩`` and ``۰-۹`` as 0-9, without spaces, dashes and invisible marks."""
    return SEPARATORS.sub("", fold_digits(without_format_marks(text)))


def is_digits(text: str) -> bool:
    """Tell whether text is made of 0-9 alone."""
    return text.isascii() and text.isdecimal()


class DigitsInput(forms.TextInput):
    """A box for digits, read left to right, with the number keyboard on telephones."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        defaults = {
            "dir": "ltr",
            "inputmode": "numeric",
            "autocomplete": "off",
            "spellcheck": "false",
            "data-digits": True,
        }
        super().__init__({**defaults, **(attrs or {})})


class DigitsField(forms.CharField):
    """A number that is a name (national number, code, tracking number): kept as text, leading zeros and all.

    Give ``length``, or ``min`` and ``max``. The error says how many digits were typed. Where the label makes no good
    sentence, ``error_messages`` may hold own ones under the codes "not_digits" and "length".
    """

    widget = DigitsInput

    def __init__(
        self,
        *,
        length: int | None = None,
        min: int = 1,  # noqa: A002 - as LineField
        max: int = 20,  # noqa: A002
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.shortest, self.longest = (length, length) if length else (min, max)
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the digits as 0-9."""
        digits = plain_digits(super().to_python(value) or "")
        if digits:
            self._check(digits)
        return digits

    def _check(self, digits: str) -> None:
        label = self.label or ""
        if not is_digits(digits):
            sentence = self.error_messages.get("not_digits") or gettext("%(label)s must have digits only")
            raise ValidationError(sentence % {"label": label}, code="not_digits")
        if self.shortest <= len(digits) <= self.longest:
            return
        sentence = self.error_messages.get("length") or self._length_sentence()
        raise ValidationError(sentence % {
            "label": label, "min": self.shortest, "max": self.longest, "typed": f"{len(digits):,}",
        }, code="length")  # fmt: skip

    def _length_sentence(self) -> str:
        if self.shortest == self.longest:
            return ngettext(
                "%(label)s must have %(max)s digit; you entered %(typed)s",
                "%(label)s must have %(max)s digits; you entered %(typed)s",
                self.longest,
            )
        return gettext("%(label)s must have %(min)s to %(max)s digits; you entered %(typed)s")


class NumberField(forms.IntegerField):
    """A whole number that is counted with, such as days; accepts Arabic digits and thousands separators."""

    widget = DigitsInput

    def __init__(self, *, min: int = 0, max: int = 1_000_000, **kwargs: Any) -> None:  # noqa: A002 - as LineField
        super().__init__(**kwargs)
        self.least, self.most = min, max

    def to_python(self, value: Any) -> int | None:
        """Return the number, within its limits."""
        # Not plain_digits, which takes points and dashes out: 1.5 is not 15, and -1 is not 1.
        typed = THOUSANDS.sub("", fold_digits(without_format_marks(str(value)))) if value is not None else ""
        if not typed:
            return None
        # Seven figures are more than any limit here; int() refuses to read thousands of them.
        number = int(typed) if is_digits(typed) and len(typed) <= len(str(self.most)) else None
        if number is None or not self.least <= number <= self.most:
            raise ValidationError(
                gettext("Enter a whole number from %(min)s to %(max)s")
                % {"min": f"{self.least:,}", "max": f"{self.most:,}"},
                code="invalid",
            )
        return number
