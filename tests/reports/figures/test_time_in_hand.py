"""The working time agencies had cases in hand: from the holdings, on the page and in the workbook."""

import io
from collections import defaultdict
from datetime import date, datetime, timedelta
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from agencies.models import Agency, current_calendar
from complaints.models import Holding
from reports.figures.time_in_hand import TimeRow, time_in_hand
from reports.periods import ReportPeriod

DECEMBER = ReportPeriod(date(2025, 12, 1), date(2025, 12, 31))
RUNNING = ReportPeriod(date(2026, 1, 1), date(2026, 1, 31))
DAYS = {"first": "1/12/2025", "last": "31/12/2025"}


def by_hand(period: ReportPeriod, at: datetime) -> dict[str, TimeRow]:
    """Add the rows up one by one, each minute by the calendar alone."""
    calendar, until = current_calendar(), min(period.ends_at, at)
    desk: dict[str, int] = defaultdict(int)
    away: dict[str, int] = defaultdict(int)
    cases: dict[str, set[int]] = defaultdict(set)
    for row in Holding.objects.exclude(agency=None).select_related("agency"):
        start, end = max(row.started_at, period.starts_at), min(row.ended_at or until, until)
        if row.agency is None or start >= until or (row.ended_at and row.ended_at <= period.starts_at):
            continue
        sums = away if row.holder == "directorate" else desk
        sums[row.agency.name] += calendar.working_minutes(start, end) if start < end else 0
        cases[row.agency.name].add(row.case_id)
    return {name: TimeRow(name, len(cases[name]), desk[name] // 60, away[name] // 60) for name in cases}


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize("period", [DECEMBER, RUNNING], ids=["past", "running"])
def test_the_hours_are_those_of_the_rows(now: datetime, period: ReportPeriod) -> None:
    found, expected = time_in_hand(period, at=now), by_hand(period, now)
    assert {row.name for row in found} == set(expected) != set()
    for row in found:
        assert (row.cases, row.name) == (expected[row.name].cases, row.name)
        # The calendar counts whole minutes of each period, the report seconds of all.
        assert abs(row.desk - expected[row.name].desk) <= 1 + row.cases // 30
        assert abs(row.directorates - expected[row.name].directorates) <= 1 + row.cases // 30


@pytest.mark.usefixtures("cases")
def test_the_longest_time_comes_first(now: datetime) -> None:
    found = [row.desk + row.directorates for row in time_in_hand(DECEMBER, at=now)]
    assert found == sorted(found, reverse=True)


@pytest.mark.usefixtures("water")
def test_a_span_without_cases_has_no_rows(now: datetime, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):  # the calendar and the holdings
        assert time_in_hand(DECEMBER, at=now - timedelta(days=1)) == ()


@pytest.mark.usefixtures("cases")
def test_the_page_and_both_files_show_them(at_the_cmu: Client, water: Agency, now: datetime) -> None:
    with translation.override("en"):
        rows = {row.name: row for row in time_in_hand(DECEMBER, at=now)}
        page = at_the_cmu.get(reverse("reports"), DAYS)
        book = at_the_cmu.get(reverse("reports-xlsx"), DAYS)
        values = at_the_cmu.get(reverse("reports-csv"), DAYS).getvalue().decode()
    mine = rows[water.name_en]
    numbers = [mine.cases, mine.desk, mine.directorates]
    assert (water.name_en, numbers) in page.context["times"]["rows"]
    assert "Working hours with agencies" in page.content.decode()
    assert f"Working hours with agencies,{water.name_en},,,,,,,,{','.join(map(str, numbers))}" in values
    with ZipFile(io.BytesIO(book.getvalue())) as parts:
        sheet = parts.read("xl/worksheets/sheet3.xml").decode()
    assert [f"<v>{number}</v>" in sheet for number in numbers] == [True] * 3


def test_in_arabic_the_name_of_the_sheet_fits(at_the_cmu: Client) -> None:
    with translation.override("ar"):
        assert at_the_cmu.get(reverse("reports-xlsx"), {"span": "last-month"}).status_code == 200
