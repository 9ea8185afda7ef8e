"""The inflow after a commitment is said beside what chance alone would bring, and never more."""

from datetime import date, timedelta
from random import Random

import pytest

from reports.phenomena.actions import FEWEST_WEEKS, WEEKS, effect

COMMITTED = date(2026, 6, 1)
TODAY = COMMITTED + timedelta(weeks=10)
pytestmark = pytest.mark.usefixtures("english")


def filed(before: int, after: int) -> list[date]:
    """Return the days of so many cases a week before the commitment and after it."""
    weeks = [(number, before) for number in range(-WEEKS, 0)] + [(number, after) for number in range(10)]
    return [COMMITTED + timedelta(weeks=week, days=n % 7) for week, count in weeks for n in range(count)]


def test_a_fall_beyond_chance_is_said_and_one_within_it_too() -> None:
    fell = effect(filed(10, 4), committed_on=COMMITTED, today=TODAY)
    assert (fell.low, fell.high, sum(fell.after)) == (74, 126, 40)
    assert " ".join(fell.sentences) == (
        "In the 10 weeks after the commitment there were 40 cases. Without any change, chance alone would bring "
        "between 74 and 126. That is fewer than chance explains. The figures do not say why."
    )
    assert effect(filed(10, 9), committed_on=COMMITTED, today=TODAY).sentences[1] == (
        "That is within what chance alone brings."
    )
    assert "more than chance" in effect(filed(10, 20), committed_on=COMMITTED, today=TODAY).sentences[1]


def test_nothing_is_said_too_early_or_of_few() -> None:
    early = COMMITTED + timedelta(weeks=FEWEST_WEEKS) - timedelta(days=1)
    for days, today in ((filed(10, 4), early), ([COMMITTED - timedelta(days=1)] * 9, TODAY), ([], TODAY)):
        (sentence,) = effect(days, committed_on=COMMITTED, today=today).sentences
        assert sentence.startswith("It is too early, or there are too few cases")


def test_chance_alone_stays_within_in_nineteen_of_twenty() -> None:
    dice, outside = Random(1), 0
    for _ in range(400):
        days = [COMMITTED + timedelta(days=dice.randrange(-84, 70)) for _ in range(150)]
        seen = effect(days, committed_on=COMMITTED, today=TODAY)
        outside += not seen.low <= sum(seen.after) <= seen.high
    assert outside <= 400 * 0.07
