"""The days of a report: every way people write them, and a clear sentence for what is no day."""

from datetime import date

import pytest
from django.utils import translation

from reports.audits.pages import DrawForm
from reports.forms import PeriodForm
from reports.periods import ReportPeriod

TODAY = date(2026, 5, 20)


def form(first: str, last: str) -> PeriodForm:
    return PeriodForm({"first": first, "last": last}, today=TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        "3/1/2026",
        "03/01/2026",
        "٣/١/٢٠٢٦",
        "۳/۱/۲۰۲۶",
        "2026-01-03",
        "٢٠٢٦-٠١-٠٣",
        " 3-1-2026 ",
        "3.1.2026",
        "3 1 2026",
        "3،1،2026",
        "\u200f3/1/2026\u200f",
    ],
)
def test_a_day_is_read_however_it_is_written(typed: str) -> None:
    filled = form(typed, typed)
    assert filled.errors == {}
    assert filled.period == ReportPeriod(date(2026, 1, 3), date(2026, 1, 3))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter: From"),
        ("  ", "Enter: From"),
        ("yesterday", "Enter the date as day, month and year, such as 31/1/2026"),
        ("3/1/26", "Enter the date as day, month and year, such as 31/1/2026"),
        ("3/1", "Enter the date as day, month and year, such as 31/1/2026"),
        ("1/1/2026\0", "Enter the date as day, month and year, such as 31/1/2026"),
        ("1" * 5000, "Enter the date as day, month and year, such as 31/1/2026"),
        ("31/2/2026", "That month does not have this day"),
        ("0/2/2026", "That month does not have this day"),
        ("1/13/2026", "The month must be between 1 and 12"),
        ("1/1/0001", "The year must be between 2000 and 2026"),
        ("1/1/9999", "The year must be between 2000 and 2026"),
        ("21/5/2026", "Enter today's date or an earlier one"),
    ],
)
def test_what_is_no_day_is_answered_with_a_sentence_beside_the_field(typed: str, sentence: str) -> None:
    with translation.override("en"):
        assert form(typed, "1/1/2026").errors == {"first": [sentence]}


def test_a_span_cannot_end_before_it_begins() -> None:
    with translation.override("en"):
        assert form("2/1/2026", "1/1/2026").errors == {"last": ["The last day cannot be before the first."]}


def test_where_all_days_must_be_over_today_is_refused_and_yesterday_taken() -> None:
    numbers = {"size": "5", "second_percent": "20", "first": "1/5/2026"}
    said = {}
    with translation.override("en"):
        for last in ("19/5/2026", "20/5/2026", "21/5/2026"):
            said[last] = dict(DrawForm(numbers | {"last": last}, today=TODAY).errors)
        refused = {"last": ["This day is not over yet. Enter an earlier day."]}
        assert said == {"19/5/2026": {}, "20/5/2026": refused, "21/5/2026": refused}


def test_what_was_typed_is_kept() -> None:
    assert [str(form("٣١/٢/٢٠٢٦", "1/1/2026")[name].value()) for name in ("first", "last")] == ["٣١/٢/٢٠٢٦", "1/1/2026"]
