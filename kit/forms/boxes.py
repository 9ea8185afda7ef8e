"""A day, a time of day, or a moment, typed in one box."""

import re
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kit.arabic import fold_digits
from kit.forms.numbers import DigitsInput
from kit.forms.text import without_format_marks

_DAY = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})", re.ASCII)
_MOMENTS = [f"%d{sign}%m{sign}%Y %H:%M" for sign in "/-."]


class BoxInput(DigitsInput):
    """One box for a day or a time, with the keyboard of text: that of numbers has no slash."""

    def __init__(self) -> None:
        super().__init__(attrs={"data-digits": False, "inputmode": "text"})

    def format_value(self, value: Any) -> str | None:
        """Return a day as day/month/year and a time as hours:minutes; what was typed stays."""
        if isinstance(value, date):
            return f"{value.day}/{value.month}/{value.year}"
        if isinstance(value, time):
            return f"{value:%H:%M}"
        shown: str | None = super().format_value(value)
        return shown


class DayBoxField(forms.CharField):
    """A day in one box, day, month and year, in either digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=BoxInput(), **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the date, None if an optional box is empty."""
        typed = super().clean(value)
        if not typed:
            return None
        found = _DAY.fullmatch(without_format_marks(fold_digits(typed)))
        try:
            return date(int(found[3]), int(found[2]), int(found[1])) if found else self._refuse()
        except ValueError:
            return self._refuse()

    def _refuse(self) -> date:
        raise ValidationError(_("Enter a real date such as 22/1/2026: day, month, year"), code="invalid")


class TimeBoxField(forms.CharField):
    """A time of day in one box, hours and minutes, in either digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=BoxInput(), **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the time, None if an optional box is empty."""
        typed = super().clean(value)
        if not typed:
            return None
        found = _TIME.fullmatch(without_format_marks(fold_digits(typed)))
        try:
            return time(int(found[1]), int(found[2])) if found else self._refuse()
        except ValueError:
            return self._refuse()

    def _refuse(self) -> time:
        raise ValidationError(_("Enter a time such as 08:30: hours and minutes"), code="invalid")


class MomentBoxField(forms.DateTimeField):
    """A day and a time in one box, in either digits, as clocks in Amman show them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=_MOMENTS,
            widget=DigitsInput(attrs={"data-digits": False, "inputmode": "text"}),
            help_text=_("Day, month, year and time, such as 22/1/2026 14:30"),
            error_messages={"invalid": _("Enter a real date and time such as 22/1/2026 14:30")},
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        """Return the moment."""
        return super().to_python(without_format_marks(fold_digits(value.strip())) if isinstance(value, str) else value)
