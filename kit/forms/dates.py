"""Days typed in three boxes."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy as _

from kit.arabic import fold_digits
from kit.forms.files import Upload
from kit.forms.numbers import is_digits
from kit.forms.text import Text, without_format_marks
from kit.months import month_number

EARLIEST_BIRTH_YEAR = 1900


class BirthDateInput(forms.Widget):
    """Three boxes: day, month, year."""

    parts = ("day", "month", "year")
    #: What the browser may know of each part.
    autocomplete = "bday-{part}"

    def value_from_datadict(
        self,
        data: Mapping[str, Any],
        files: MultiValueDict[str, Upload],  # noqa: ARG002 - Django's signature
        name: str,
    ) -> list[str]:
        """Return what was typed in each box."""
        return [str(data.get(f"{name}_{part}") or "") for part in self.parts]

    def value_omitted_from_data(
        self,
        data: Mapping[str, Any],
        files: MultiValueDict[str, Upload],  # noqa: ARG002 - Django's signature
        name: str,
    ) -> bool:
        """Tell whether the form had none of the boxes."""
        return all(f"{name}_{part}" not in data for part in self.parts)

    def format_value(self, value: Any) -> Any:
        """Return the three texts to show again, whether they come from a date or from what was typed."""
        if isinstance(value, date):
            return [str(value.day), str(value.month), str(value.year)]
        return value or ["", "", ""]


class BirthDateField(forms.Field):
    """A date of birth in three parts; the month may be a number or a name of either family.

    The ``code`` of an error is the part that is wrong ("day", "month", "year"), so that the page marks that box.
    ``today`` is the last day that is accepted.
    """

    widget: forms.Widget = BirthDateInput  # type: ignore[assignment] # Django replaces the class by an instance
    #: What is said of a part that is missing, and of a day after ``today``.
    missing: Mapping[str, Text] = {
        "day": _("Enter the day of birth"),
        "month": _("Enter the month of birth"),
        "year": _("Enter the year of birth"),
    }
    in_future: Text = _("The date of birth cannot be in the future")

    def __init__(self, *, today: Callable[[], date] = timezone.localdate, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.today = today

    def clean(self, value: Any) -> date | None:
        """Return the date, None when all three boxes are empty and the field is optional."""
        typed = [fold_digits(without_format_marks(part)) for part in (value or ["", "", ""])]
        if not any(typed):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        for part, text in zip(BirthDateInput.parts, typed, strict=True):
            if not text:
                raise ValidationError(self.missing[part], code=part)
        day, month, year = typed
        return self._date(day=_part(day, "day"), month=_month(month), year=_part(year, "year"))

    def _date(self, *, day: int, month: int, year: int) -> date:
        today = self.today()
        if not EARLIEST_BIRTH_YEAR <= year <= today.year:
            limits = {"first": EARLIEST_BIRTH_YEAR, "last": today.year}
            raise ValidationError(gettext("The year must be between %(first)s and %(last)s") % limits, code="year")
        try:
            born = date(year, month, day)
        except ValueError:
            raise ValidationError(_("That month does not have this day"), code="day") from None
        if born > today:
            raise ValidationError(self.in_future, code="year")
        return born


class DayInput(BirthDateInput):
    """Three boxes for a day of which the browser knows nothing."""

    autocomplete = "off"


class DayField(BirthDateField):
    """A day on which something happened, today at the latest, in three parts as a date of birth is."""

    widget = DayInput  # type: ignore[assignment] # as above
    missing = {"day": _("Enter the day too"), "month": _("Enter the month too"), "year": _("Enter the year too")}
    in_future = _("This date is in the future. Enter today's date or an earlier one")


def _part(typed: str, part: str) -> int:
    number = int(typed) if is_digits(typed) and len(typed) <= len("2026") else 0
    if part == "day" and not 1 <= number <= 31:  # noqa: PLR2004 - the longest month
        raise ValidationError(_("The day must be between 1 and 31"), code="day")
    return number


def _month(typed: str) -> int:
    named = month_number(typed)
    number = int(typed) if is_digits(typed) and len(typed) <= len("12") else 0
    if named is None and not 1 <= number <= 12:  # noqa: PLR2004 - months of a year
        raise ValidationError(_("The month must be between 1 and 12"), code="month")
    return named or number
