"""A day, and a moment, in one box each and in either digits; they may lie ahead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.arabic import fold_digits
from kit.forms import DigitsInput

DAY_FORMATS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"]
MOMENT_FORMATS = [f"{day} %H:%M" for day in DAY_FORMATS]


class AnyDayField(forms.DateField):
    """A day such as 22/1/2026."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Day, month and year, such as 22/1/2026"))
        super().__init__(
            input_formats=DAY_FORMATS,
            widget=DigitsInput(attrs={"data-digits": False, "inputmode": "text"}),
            error_messages={"invalid": _("Enter a real date such as 22/1/2026: day, month, year")},
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        """Return the day."""
        return super().to_python(fold_digits(value.strip()) if isinstance(value, str) else value)


class MomentField(forms.DateTimeField):
    """A moment such as 22/1/2026 14:30, in Amman."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=MOMENT_FORMATS,
            widget=DigitsInput(attrs={"data-digits": False, "inputmode": "text"}),
            help_text=_("Day, month, year and time, such as 22/1/2026 14:30"),
            error_messages={"invalid": _("Enter a real date and time such as 22/1/2026 14:30")},
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        """Return the moment."""
        return super().to_python(fold_digits(value.strip()) if isinstance(value, str) else value)
