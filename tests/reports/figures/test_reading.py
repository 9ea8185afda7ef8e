"""Figures read from the history equal a naive count, and figures beside each other are of comparable periods."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from agencies.models import Agency, current_calendar
from complaints.case_text.time_held import per_agency
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports.figures.live import count_figures
from reports.figures.reading import Dimension, PeriodInverted, PeriodNotBegun, compared, read
from reports.periods import ReportPeriod
from tests.cast import NOW
from tests.reports.figures import naive

OLD = ("received", "closed", "pending", "late", "confirmed", "disputed", "came_back")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10_000),
    number=st.integers(0, 40),
    first=st.integers(0, 70),
    length=st.integers(0, 70),
    age=st.integers(20, 70),
)
def test_reading_equals_naive(world: World, seed: int, number: int, first: int, length: int, age: int) -> None:
    period = ReportPeriod((NOW - timedelta(days=first + length)).date(), (NOW - timedelta(days=first)).date())
    with transaction.atomic():
        generate(number, world=world, seed=seed, since=NOW - timedelta(days=age), until=NOW)
        by_agency = read(period, by=[Dimension.AGENCY], at=NOW)
        by_kind = read(period, by=[Dimension.KIND], at=NOW)
        old = count_figures(period, at=NOW)
        expected = naive.count(period.starts_at, min(period.ends_at, NOW), calendar=current_calendar())
        keys = [*Agency.objects.values_list("pk", flat=True), None]
        held = per_agency(period.starts_at, min(period.ends_at, NOW), calendar=current_calendar())
        transaction.set_rollback(True)
    for name in OLD:
        assert by_agency.total.value(name) == expected[name, "all"] == getattr(old.total, name), name
        for key in keys:
            found = by_agency.rows.get((key,))
            assert (found.value(name) if found else 0) == expected[name, key], name
        for kind in ("complaint", "suggestion", "inquiry", "praise"):
            found = by_kind.rows.get((kind,))
            assert (found.value(name) if found else 0) == expected[name, kind], name
    for agency, time in held.items():
        found = by_agency.rows[(agency,)]
        # Entries are whole seconds: a second for each change of holder.
        assert abs(found.amount("desk") - time.desk.total_seconds()) < 60
        assert abs(found.amount("directorate") - time.directorates.total_seconds()) < 60


def test_periods_are_compared_with_periods_of_their_kind() -> None:
    quarter = ReportPeriod(date(2026, 1, 1), date(2026, 3, 31))
    assert compared(quarter) == (
        ReportPeriod(date(2025, 10, 1), date(2025, 12, 31)),
        ReportPeriod(date(2025, 1, 1), date(2025, 3, 31)),
    )
    week = ReportPeriod(date(2024, 2, 26), date(2024, 3, 3))
    assert compared(week) == (
        ReportPeriod(date(2024, 2, 19), date(2024, 2, 25)),
        ReportPeriod(date(2023, 2, 26), date(2023, 3, 3)),
    )
    leap = ReportPeriod(date(2024, 2, 1), date(2024, 2, 29))
    assert compared(leap)[1] == ReportPeriod(date(2023, 2, 1), date(2023, 2, 28))


@pytest.mark.django_db
def test_a_period_in_the_future_and_an_inverted_one_are_refused() -> None:
    with pytest.raises(PeriodInverted):
        read(ReportPeriod(date(2025, 2, 1), date(2025, 1, 31)), at=NOW)
    with pytest.raises(PeriodNotBegun):
        read(ReportPeriod(date(2030, 1, 1), date(2030, 1, 31)), at=NOW)
