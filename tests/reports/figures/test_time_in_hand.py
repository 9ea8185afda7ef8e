"""The working time agencies had cases in hand: that of the holdings, in the workbook and the CSV."""

import io
from collections import defaultdict
from datetime import date, datetime, timedelta
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import Citizen, User
from agencies.models import Agency, AgencySuccession, Directorate, Topic, current_calendar
from complaints import actions
from complaints.actions.consultations import consult, find
from complaints.actions.filing import Filing
from complaints.models import Case, Holding
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports.figures import kept
from reports.figures.reading import Dimension, TimeRow, read, time_in_hand
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


HOUR = timedelta(hours=1)


@pytest.fixture
def filed(amina: Citizen, water: Agency, leak: Topic, omar: User, now: datetime) -> Case:
    filing = Filing(citizen=amina, kind="complaint", topic=leak, subject="تسرب", details="تسرب في الشارع", agency=water)
    assert amina.user is not None
    return actions.file(filing, by=amina.user, at=now - timedelta(days=6))


@pytest.fixture
def few(world: World, now: datetime) -> None:
    """Write some cases of December and January."""
    generate(16, world=world, seed=11, since=now - timedelta(days=40), until=now)


@pytest.mark.usefixtures("few")
def test_the_hours_are_those_of_the_rows_and_the_longest_time_comes_first(now: datetime) -> None:
    seen = set[int]()
    for period in (DECEMBER, RUNNING):
        found, expected = time_in_hand(period, at=now), by_hand(period, now)
        assert {row.name for row in found} == set(expected) != set()
        for row in found:
            assert (row.cases, row.name) == (expected[row.name].cases, row.name)
            # The calendar counts whole minutes of each period, the report seconds of all.
            assert abs(row.desk - expected[row.name].desk) <= 1 + row.cases // 30
            assert abs(row.directorates - expected[row.name].directorates) <= 1 + row.cases // 30
        times = [row.desk + row.directorates for row in found]
        assert times == sorted(times, reverse=True)
        seen.update(times)
    assert len(seen) > 2


@pytest.mark.usefixtures("water")
def test_a_span_without_cases_has_no_rows(now: datetime) -> None:
    assert time_in_hand(DECEMBER, at=now - timedelta(days=1)) == ()


@pytest.mark.usefixtures("few")
def test_more_cases_and_agencies_take_no_more_statements(
    world: World, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kept.refresh(at=now)
    for seed in (12, 13):
        with django_assert_num_queries(8):
            assert time_in_hand(DECEMBER, at=now)
        generate(16, world=world, seed=seed, since=now - timedelta(days=40), until=now)


def test_the_hours_at_desk_and_directorate_add_up_wherever_a_span_is_cut(
    filed: Case, omar: User, network: Directorate, water: Agency, gam: Agency, now: datetime
) -> None:
    """Filed on the 29th at ten, with a directorate from eleven to two; the successor of the agency has the time."""
    at = now - timedelta(days=6)
    asked = consult(filed, by=omar, at=at + HOUR, directorate=network, text="نرجو المعاينة.")
    find(asked, at=at + 4 * HOUR, finding="أصلح الكسر في الوصلة.", signed_as="م. هيثم العدوان")
    with translation.override("en"):
        (row,) = time_in_hand(DECEMBER, at=at + 5 * HOUR)
        assert row == TimeRow(water.name_en, 1, 2, 3)
        parts = [read(DECEMBER, by=[Dimension.AGENCY], at=at + hours * HOUR).rows[water.pk,] for hours in (2, 5)]
        assert [part.amount("directorate") for part in parts] == [3600, 3 * 3600]
        kept.refresh(at=at + 5 * HOUR)
        AgencySuccession.objects.create(
            predecessor=water, successor=gam, final=gam, on=now.date(), reason="دمج", planned_by=omar.pk,
            planned_at=now, executed_at=now,
        )  # fmt: skip
        assert time_in_hand(DECEMBER, at=now) == (TimeRow(gam.name_en, 1, 2, 3),)


def test_what_no_agency_held_is_nobodys(amina: Citizen, leak: Topic, lina: User, now: datetime) -> None:
    filing = Filing(citizen=amina, kind="complaint", topic=leak, subject="تسرب", details="تسرب في الشارع", agency=None)
    assert amina.user is not None
    actions.file(filing, by=amina.user, at=now - timedelta(days=6))
    assert time_in_hand(DECEMBER, at=now) == ()


@pytest.mark.usefixtures("few")
def test_both_files_show_them(at_the_cmu: Client, water: Agency, now: datetime) -> None:
    with translation.override("en"):
        rows = {row.name: row for row in time_in_hand(DECEMBER, at=now)}
        book = at_the_cmu.get(reverse("reports-xlsx"), DAYS)
        values = at_the_cmu.get(reverse("reports-csv"), DAYS).getvalue().decode()
    mine = rows[water.name_en]
    numbers = [mine.cases, mine.desk, mine.directorates]
    assert f"Working hours with agencies,{water.name_en},,,,,,,,{','.join(map(str, numbers))}" in values
    with ZipFile(io.BytesIO(book.getvalue())) as parts:
        sheet = parts.read("xl/worksheets/sheet3.xml").decode()
    assert [f"<v>{number}</v>" in sheet for number in numbers] == [True] * 3


def test_in_arabic_the_name_of_the_sheet_fits(at_the_cmu: Client) -> None:
    with translation.override("ar"):
        assert at_the_cmu.get(reverse("reports-xlsx"), {"span": "last-month"}).status_code == 200
