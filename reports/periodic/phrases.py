"""The words that sentences of a report are put together from: counts, shares, periods, lists, in the active language.

A count that is the subject or stands after a colon, and one that is the object of a verb, differ in Arabic.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.text import capfirst
from django.utils.translation import gettext, npgettext, pgettext

from kit.dates import day_text
from kit.languages import current_language
from kit.months import ENGLISH_MONTHS, JORDAN_MONTHS
from reports.figures.measures import whole_percent
from reports.figures.sums import Dimension
from reports.models import ReportKind
from reports.periods import MONTHS_OF_A_QUARTER, ReportPeriod

# ---- counts ----


def cases(count: int) -> str:
    """Return a count of cases as it stands after a colon, ``498 cases``."""
    return npgettext("after a colon", "%(count)s case", "%(count)s cases", count) % {"count": number(count)}


def cases_counted(count: int) -> str:
    """Return a count of cases as the object of a verb."""
    return npgettext("object", "%(count)s case", "%(count)s cases", count) % {"count": number(count)}


def agencies_counted(count: int) -> str:
    """Return a count of agencies as the object of a verb."""
    return npgettext("object", "%(count)s agency", "%(count)s agencies", count) % {"count": number(count)}


def answers(count: int) -> str:
    """Return a count of answers as it stands after a colon."""
    return npgettext("after a colon", "%(count)s answer", "%(count)s answers", count) % {"count": number(count)}


def points_counted(count: int) -> str:
    """Return a difference of two shares as the object of a verb."""
    return npgettext("object", "%(count)s percentage point", "%(count)s percentage points", count) % {
        "count": number(count)
    }


def days(count: int) -> str:
    """Return working days as the object of a verb; 0 is the day itself."""
    if not count:
        return pgettext("object", "the same working day")
    return npgettext("object", "%(count)s working day", "%(count)s working days", count) % {"count": number(count)}


def number(count: int) -> str:
    """Return a number with thousands separators."""
    return f"{count:,}"


# ---- shares ----


def share(part: int, whole: int) -> str:
    """Return a share in whole percent, half up: ``39%``; a share that would round to 0 or 100 says so in words."""
    if not whole:
        return pgettext("share", "none")
    return percent(Fraction(part, whole))


def percent(share: Fraction | Decimal) -> str:
    """Return a part of 1 in percent, as ``share`` does."""
    rounded = whole_percent(share)
    if rounded == 0 and share > 0:
        return pgettext("share", "less than 1%%") % {}
    if rounded == 100 and share < 1:  # noqa: PLR2004 - percent
        return pgettext("share", "more than 99%%") % {}
    return f"{number(rounded)}%"


# ---- lists ----


def listed(items: Sequence[str]) -> str:
    """Return ``items`` divided by commas, or by semicolons where one of them has a comma inside."""
    has_comma = any(mark in item for item in items for mark in (gettext(", "), ", "))
    return (gettext("; ") if has_comma else gettext(", ")).join(items)


def counted_names(rows: Sequence[tuple[str, int]], whole: int) -> str:
    """Return names, each with its count and its share of ``whole``: ``Irbid: 60 cases (12%), …``."""
    return listed(
        [
            gettext("%(name)s: %(cases)s (%(percent)s)")
            % {"name": name, "cases": cases(count), "percent": share(count, whole)}
            for name, count in rows
        ]
    )


def tied_with_last(counts: Sequence[int], named: int) -> int:
    """Return how many are not among the ``named`` first although they have as many as the last of these."""
    return counts[named:].count(counts[named - 1]) if len(counts) > named else 0


def without(dimension: Dimension) -> str:
    """Return what the cases are called that have no agency, topic or governorate."""
    match dimension:
        case Dimension.AGENCY:
            return gettext("No agency yet")
        case Dimension.TOPIC:
            return gettext("No topic")
    return gettext("Place not given")


# ---- periods ----

#: In the order of the year; a quarter is named by its place.
QUARTERS = (
    lambda year: gettext("the first quarter of %(year)s") % {"year": year},
    lambda year: gettext("the second quarter of %(year)s") % {"year": year},
    lambda year: gettext("the third quarter of %(year)s") % {"year": year},
    lambda year: gettext("the fourth quarter of %(year)s") % {"year": year},
)


def period_name(kind: str, period: ReportPeriod) -> str:
    """Return a period as it is named within a sentence: ``the third quarter of 2015``."""
    first = period.first
    match kind:
        case ReportKind.MONTH:
            months = ENGLISH_MONTHS if current_language() == "en" else JORDAN_MONTHS
            return gettext("%(month)s %(year)s") % {"month": months[first.month - 1], "year": first.year}
        case ReportKind.QUARTER:
            return QUARTERS[(first.month - 1) // MONTHS_OF_A_QUARTER](first.year)
        case ReportKind.YEAR:
            return gettext("the year %(year)s") % {"year": first.year}
    if first == period.last:
        return pgettext("period", "%(day)s") % {"day": day_text(first)}
    return gettext("the period from %(first)s to %(last)s") % {
        "first": day_text(first),
        "last": day_text(period.last),
    }


def within_period(kind: str, period: ReportPeriod) -> str:
    """Return when something was, within a sentence: ``in the third quarter of 2015``, ``on 1 May 2026``."""
    if kind == ReportKind.SPAN and period.first == period.last:
        return pgettext("within a sentence", "on %(day)s") % {"day": day_text(period.first)}
    return pgettext("within a sentence", "in %(period)s") % {"period": period_name(kind, period)}


def period_heading(kind: str, period: ReportPeriod) -> str:
    """Return a period as it is named by itself, in a heading, a table or a choice: ``The third quarter of 2015``."""
    return capfirst(period_name(kind, period))


def report_title(kind: str, period: ReportPeriod) -> str:
    """Return the title of a report: ``Report on the third quarter of 2015``."""
    return gettext("Report on %(period)s") % {"period": period_name(kind, period)}
