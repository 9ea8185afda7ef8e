"""The form that chooses the days of a report."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from kit.arabic import fold_digits
from kit.forms import DigitsInput, Form
from reports.periods import DAY, ReportPeriod

#: There are no cases before; an earlier year is a typing error.
EARLIEST_YEAR = 2000
#: An address asks for no day that is further ahead; more days cost a worker its time.
FURTHEST_AHEAD = timedelta(days=366)
DAY_FIRST = re.compile(r"(\d{1,2})[\s/.\-\u060c\u060d\u066b]+(\d{1,2})[\s/.\-\u060c\u060d\u066b]+(\d{4})")
YEAR_FIRST = re.compile(r"(\d{4})[\s/.\-\u060c\u060d\u066b]+(\d{1,2})[\s/.\-\u060c\u060d\u066b]+(\d{1,2})")
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def period_of_address(first: str, last: str, *, today: date) -> ReportPeriod:
    """Return the days that an address names, as ISO 8601.

    Raises ``ValueError`` for anything else, the wrong order, and days no report has: before ``EARLIEST_YEAR``, or more
    than ``FURTHEST_AHEAD`` of today.
    """
    days = [date.fromisoformat(text) for text in (first, last)]
    if not date(EARLIEST_YEAR, 1, 1) <= days[0] <= days[1] <= today + FURTHEST_AHEAD:
        raise ValueError
    return ReportPeriod(*days)


class TypedDayInput(DigitsInput):
    """A text box for one day, written day first: ``31/1/2026``."""

    def __init__(self) -> None:
        # The numeric keyboard of many phones has no slash.
        super().__init__({"inputmode": "text"})

    def format_value(self, value: Any) -> str | None:
        """Return a date as day/month/year, and anything else as it was typed."""
        if isinstance(value, date):
            return f"{value.day}/{value.month}/{value.year}"
        shown: str | None = super().format_value(value)
        return shown


class TypedDayField(forms.Field):
    """A day up to ``latest``, written day first or year first, in any digits."""

    widget = TypedDayInput

    def __init__(self, *, latest: date | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.latest = latest
        self.must_be_over = False

    def limit(self, today: date, *, must_be_over: bool) -> None:
        """Take days up to ``today``, or up to the day before if they ``must_be_over``."""
        self.latest, self.must_be_over = today - DAY if must_be_over else today, must_be_over

    def to_python(self, value: Any) -> date | None:
        """Return the day, None when the box is empty."""
        typed = INVISIBLE.sub("", fold_digits(str(value or ""))).strip()
        if not typed:
            return None
        return self._day(*_parts(typed))

    def _day(self, day: int, month: int, year: int) -> date:
        self._check_year(year)
        if not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
            raise ValidationError(_("The month must be between 1 and 12"), code="month")
        try:
            found = date(year, month, day)
        except ValueError:
            raise ValidationError(_("That month does not have this day"), code="day") from None
        if self.latest is not None and found > self.latest:
            if self.must_be_over:
                raise ValidationError(_("This day is not over yet. Enter an earlier day."), code="running")
            raise ValidationError(_("Enter today's date or an earlier one"), code="future")
        return found

    def _check_year(self, year: int) -> None:
        last = self.latest.year if self.latest else date.max.year - 1
        if not EARLIEST_YEAR <= year <= last:
            limits = {"first": EARLIEST_YEAR, "last": last}
            raise ValidationError(gettext("The year must be between %(first)s and %(last)s") % limits, code="year")


def _parts(typed: str) -> tuple[int, int, int]:
    if found := DAY_FIRST.fullmatch(typed):
        day, month, year = found.groups()
    elif found := YEAR_FIRST.fullmatch(typed):
        year, month, day = found.groups()
    else:
        raise ValidationError(_("Enter the date as day, month and year, such as 31/1/2026"), code="invalid")
    return int(day), int(month), int(year)


class PeriodForm(Form):
    """The first and the last day of a report."""

    #: Whether every day must be over, so that today is refused too.
    must_be_over: ClassVar[bool] = False

    first = TypedDayField(label=pgettext_lazy("days", "From"))
    last = TypedDayField(label=pgettext_lazy("days", "To"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for field in self.fields.values():
            if isinstance(field, TypedDayField):
                field.limit(today, must_be_over=self.must_be_over)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", ValidationError(_("The last day cannot be before the first."), code="order"))
        return cleaned

    @property
    def period(self) -> ReportPeriod:
        """The chosen period; for a valid form only."""
        return ReportPeriod(self.cleaned_data["first"], self.cleaned_data["last"])
