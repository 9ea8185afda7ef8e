"""Groups that grow are found among simulated texts, and chance and seasons raise no alarm."""

from random import Random

import pytest

from complaints.simulation.texts import read_texts
from kit.arabic import strip_prefixes
from reports.phenomena.batch import (
    ALARM,
    BEFORE_DAYS,
    RECENT_DAYS,
    CaseWords,
    Growth,
    Place,
    chance,
    growing,
    is_alike,
    text_groups,
    word_stems,
)

DAYS = RECENT_DAYS + BEFORE_DAYS
TOWNS = [(number // 3, f"town {number}") for number in range(12)]
PLANTED = "رائحة كريهة في ماء الشرب ولونه أصفر منذ تغيير الخط الرئيسي في الحي الشرقي"


def background(dice: Random, number: int, *, season: float = 1.0) -> list[CaseWords]:
    """Return cases of one topic from the simulation's texts, in all towns, more in the last weeks in a ``season``."""
    texts = [one for one in read_texts() if one.topic == "water-outage" and one.language == "ar"]
    weights = [season if day < RECENT_DAYS else 1.0 for day in range(DAYS)]
    found = []
    for key in range(number):
        text, (governorate, town) = dice.choice(texts), dice.choice(TOWNS)
        gaps = {"place": town, "street": "شارع السوق", "days": "5", "number": "7", "date": "1/1"}
        words = f"{text.subject} {text.details}".format_map(gaps)
        day = dice.choices(range(DAYS), weights)[0]
        found.append(CaseWords(key, key, day, governorate, town, word_stems(strip_prefixes(words))))
    return found


def planted(dice: Random, number: int, *, key: int = 10_000) -> list[CaseWords]:
    stems = word_stems(strip_prefixes(PLANTED))
    some = [frozenset(dice.sample(sorted(stems), len(stems) - 2)) for _ in range(number)]
    return [
        CaseWords(key + n, key + n, dice.randrange(RECENT_DAYS), 1, "town 4", found) for n, found in enumerate(some)
    ]


def found(texts: list[CaseWords]) -> list[Growth]:
    recent = sum(text.is_recent for text in texts)
    return growing(texts, everything=(recent, len(texts) - recent), topics=20)


def test_planted_problems_are_found_in_their_place_and_nothing_else() -> None:
    hits, alarms = 0, 0
    for seed in range(8):
        dice = Random(seed)
        grown = found(background(dice, 600) + planted(dice, 14))
        hits += any(growth.place == Place(1, "town 4") and growth.recent == 14 for growth in grown)
        alarms += sum(all(text.case < 10_000 for text in growth.cases) for growth in grown)
    assert (hits, alarms) == (8, 0)


@pytest.mark.parametrize("season", [1.0, 3.0], ids=["flat", "season"])
def test_neither_chance_nor_a_season_of_the_topic_raises_an_alarm(season: float) -> None:
    assert sum(len(found(background(Random(seed), 600, season=season))) for seed in range(6)) == 0


def test_the_same_cases_give_the_same_groups_and_one_person_is_no_group() -> None:
    dice = Random(7)
    texts = background(dice, 300) + planted(dice, 12)
    first = found(texts)
    dice.shuffle(texts)
    assert found(texts) == first
    assert is_alike(texts[0].stems, ()) is False
    (growth,) = first
    assert all(is_alike(text.stems, growth.stems) for text in growth.cases)
    alone = [text._replace(person=1) for text in planted(dice, 30)]
    assert found(background(dice, 300) + alone) == []
    assert max(len(group) for group in text_groups(alone)) == 30


def test_the_tail_is_the_exact_one() -> None:
    assert chance(3, 3, 0.5) == pytest.approx(0.125)
    assert chance(0, 9, 0.2) == pytest.approx(1)
    assert chance(8, 10, 0.2) < ALARM
