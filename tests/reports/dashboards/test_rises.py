"""Sudden rises on made-up series: how often chance alone raises one, and how often a real one is found."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from reports.dashboards import rises
from reports.dashboards.rises import DAYS, FALSE_ALARMS, LEAST, WEEK, Cell, daily_counts, rises as rises_rises, weekly

TODAY = date(2026, 1, 4)
CELLS = 400


def poisson(rate: float, dice: random.Random) -> int:
    """Draw a number of independent cases, by the waiting times between them."""
    number, waited = 0, dice.expovariate(rate)
    while waited < 1:
        number, waited = number + 1, waited + dice.expovariate(rate)
    return number


def days_of(rate: float, dice: random.Random, swarm: float = 1) -> dict[date, int]:
    """Return the daily counts of a cell; a ``swarm`` of cases comes together."""
    drawn = {TODAY - timedelta(days=ago): round(poisson(rate / WEEK / swarm, dice) * swarm) for ago in range(DAYS)}
    return {day: number for day, number in drawn.items() if number}


def countries(looks: int, dice: random.Random, swarm: float = 1) -> Iterator[dict[Cell, dict[date, int]]]:
    """Return countries in which nothing happens: many small cells, and a few large ones."""
    for _ in range(looks):
        yield {Cell(n, 1, 1): days_of(0.3 + 20 * dice.random() ** 6, dice, swarm) for n in range(CELLS)}


@pytest.mark.parametrize("swarm", [1, 3], ids=["independent", "in-swarms"])
def test_a_country_in_which_nothing_happens_raises_an_alarm_in_few_looks(swarm: int) -> None:
    dice, looks = random.Random(4), 20
    alarms = sum(bool(rises_rises(country, today=TODAY)) for country in countries(looks, dice, swarm))
    assert alarms <= FALSE_ALARMS * looks


@pytest.mark.parametrize(("rate", "factor", "found"), [(6, 5, 0.9), (20, 3, 0.9), (0.2, 60, 0.9), (6, 1.5, 0.0)])
def test_a_real_rise_is_found_and_a_small_one_is_not(rate: float, factor: float, found: float) -> None:
    dice, hits, trials = random.Random(5), 0, 30
    quiet = next(countries(1, dice))
    here = Cell(9999, 1, 1)
    for _ in range(trials):
        days = days_of(rate, dice)
        more = poisson(rate * (factor - 1), dice)
        struck = days | {TODAY - timedelta(days=1): days.get(TODAY - timedelta(days=1), 0) + more}
        hits += any(rise.cell == here for rise in rises_rises(quiet | {here: struck}, today=TODAY))
    assert (hits / trials >= found) if found else (hits <= trials * 0.05)


def test_a_rise_says_how_many_against_how_many_and_since_when() -> None:
    days = {TODAY - timedelta(days=7 * week + 3): 6 for week in range(1, 9)}
    days |= {TODAY - timedelta(days=5): 4, TODAY - timedelta(days=1): 20, TODAY: 7}
    (rise,) = rises_rises({Cell(1, 2, None): days}, today=TODAY)
    assert (rise.cell, rise.count, rise.earlier) == (Cell(1, 2, None), 31, (6,) * 8)
    assert (rise.since, rise.chance < 1e-6) == (TODAY - timedelta(days=1), True)


def test_few_complaints_are_no_rise_however_unlikely() -> None:
    assert rises_rises({Cell(1, 1, 1): {TODAY: LEAST - 1}}, today=TODAY) == []
    assert len(rises_rises({Cell(1, 1, 1): {TODAY: LEAST}}, today=TODAY)) == 1


def test_equally_unlikely_rises_stand_by_agency_topic_and_governorate() -> None:
    cells = [Cell(1, None, 2), Cell(1, 1, 1), Cell(1, 2, None), Cell(2, 1, 1)]
    found = rises_rises({cell: {TODAY: 2 * LEAST} for cell in reversed(cells)}, today=TODAY)
    assert [rise.cell for rise in found] == cells


@given(st.lists(st.integers(0, 30), min_size=2, max_size=9), st.integers(0, 60))
def test_more_is_less_likely_and_both_tails_share_everything(earlier: list[int], count: int) -> None:
    assert rises.at_least(count + 1, earlier) <= rises.at_least(count, earlier) + 1e-9
    assert rises.at_most(count, earlier) <= rises.at_most(count + 1, earlier) + 1e-9
    assert rises.at_least(count + 1, earlier) + rises.at_most(count, earlier) >= 1 - 1e-6


def test_the_days_are_put_into_the_weeks_that_end_today() -> None:
    days = {TODAY: 1, TODAY - timedelta(days=6): 2, TODAY - timedelta(days=7): 4, TODAY - timedelta(days=DAYS - 1): 8}
    assert list(weekly(days, today=TODAY)) == [8, 0, 0, 0, 0, 0, 0, 4, 3]


@pytest.mark.django_db
def test_the_days_are_those_of_amman_and_the_agency_that_has_the_case(
    amina: Citizen, water: Agency, leak: Topic, omar: User, now: datetime
) -> None:
    late = datetime.fromisoformat("2026-01-03T22:30:00+00:00")  # half past one on the 4th, in Amman
    for at, kind in ((late, "complaint"), (late, "praise"), (late - timedelta(days=DAYS + 1), "complaint")):
        filing = Filing(citizen=amina, kind=kind, agency=water, topic=leak, subject="تسرب", details="منذ أسبوع")
        file(filing, by=amina.user, at=at)
    counts = daily_counts(at=now)
    assert {cell: dict(days) for cell, days in counts.items()} == {Cell(water.pk, leak.pk, None): {TODAY: 1}}
