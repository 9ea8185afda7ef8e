"""Days and moments in words, in the language of the reader, as pages and papers write them."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext

from kit.languages import current_language
from kit.months import ENGLISH_MONTHS, JORDAN_MONTHS

NOON = 12


def day_text(value: date) -> str:
    """Return a day in words, ``15 كانون الثاني 2026``; a datetime counts by the clock in Amman."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    months = ENGLISH_MONTHS if current_language() == "en" else JORDAN_MONTHS
    return f"{value.day} {months[value.month - 1]} {value.year}"


def month_text(day: date) -> str:
    """Return the month of a day in words, ``كانون الثاني 2026``."""
    months = ENGLISH_MONTHS if current_language() == "en" else JORDAN_MONTHS
    return f"{months[day.month - 1]} {day.year}"


def day_digits(day: date) -> str:
    """Return a day in digits as messages write it, 22/1/2026, which reads the same in both directions."""
    return f"{day.day}/{day.month}/{day.year}"


def moment_text(value: datetime) -> str:
    """Return a moment in words, ``15 كانون الثاني 2026، 10:42 صباحًا``."""
    local = timezone.localtime(value)
    clock = f"{local.hour % NOON or NOON}:{local:%M}"
    words = gettext("%(day)s, %(time)s am") if local.hour < NOON else gettext("%(day)s, %(time)s pm")
    return words % {"day": day_text(local), "time": clock}
