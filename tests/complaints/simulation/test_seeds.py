"""What people file: by season, with the agency the rules name, and sometimes the wrong one."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest

from agencies.models import Agency, Topic
from complaints.simulation.generate import filing_moments
from complaints.simulation.seeds import MISTAKEN, UNKNOWN, SeedMaker
from complaints.simulation.texts import IN_SEASON, OUT_OF_SEASON, SEASONS, read_texts
from complaints.simulation.world import World
from tests.bench.world import make_world

NUMBER = 2000


@pytest.fixture
def world(water: Agency, gam: Agency, cmu: Agency, leak: Topic) -> World:
    return make_world(citizens=5, agencies=[water, gam])


def test_more_is_written_in_its_season() -> None:
    text = next(text for text in read_texts() if text.season == "summer")
    assert {month: text.share_in(month) / text.weight for month in (7, 12)} == {7: IN_SEASON, 12: OUT_OF_SEASON}
    assert 7 in SEASONS["summer"]


def test_a_text_without_a_season_is_written_all_year() -> None:
    text = next(text for text in read_texts() if not text.season)
    assert {text.share_in(month) for month in range(1, 13)} == {text.weight}


def test_some_people_name_no_agency_and_some_the_wrong_one(world: World, now: datetime) -> None:
    maker = SeedMaker(world, Random(3))
    seeds = [maker.seed(now) for _ in range(NUMBER)]
    unknown = sum(seed.desk is None for seed in seeds) / NUMBER
    wrong = sum(seed.desk is not None and seed.desk != seed.owner for seed in seeds) / NUMBER
    # One of the two agencies is right by chance.
    assert (round(unknown, 1), round(wrong, 1)) == (round(UNKNOWN, 1), round(MISTAKEN / 2, 1))


def test_the_agency_that_a_text_names_is_the_owner(world: World, now: datetime) -> None:
    maker = SeedMaker(world, Random(3))
    named = [seed for seed in (maker.seed(now) for _ in range(NUMBER)) if seed.text.agency == "miyahuna"]
    assert {seed.owner.agency.code for seed in named if seed.owner} <= {"miyahuna"}


def test_more_cases_are_filed_each_month_and_fewer_on_a_friday(now: datetime) -> None:
    moments = filing_moments(NUMBER, Random(5), now - timedelta(days=364), now)
    assert moments == sorted(moments)
    assert now - timedelta(days=364) <= moments[0] < moments[-1] < now
    half = now - timedelta(days=182)
    assert sum(moment < half for moment in moments) < NUMBER * 0.48
    days = Counter(moment.weekday() for moment in moments)
    assert max(days[4], days[5]) < min(days[day] for day in (0, 1, 2, 3, 6))


def test_what_is_filed_by_phone_says_so(world: World, now: datetime) -> None:
    maker = SeedMaker(world, Random(3))
    for _ in range(NUMBER // 10):
        seed = maker.seed(now)
        assert seed.details(now).startswith("يقول المتصل") == (seed.channel == "phone")
        assert "{" not in seed.details(now)
