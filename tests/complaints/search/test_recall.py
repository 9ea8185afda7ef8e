"""The share of word families that find each other, in the database, as `run.py bench recall` prints it."""

import pytest

from tests.bench.recall import FALSE, MEETING, measure, read_families

pytestmark = pytest.mark.django_db


def test_the_table_has_families_enough_and_those_named_in_advance() -> None:
    families = read_families()
    assert len(families) >= 60
    named = {"مياهنا", "والمياه", "الشكاوي", "البلديه", "بلديات", "الإنارة", "المستشفي"}
    assert named <= {word for words in families.values() for word in words}


def test_families_find_each_other_and_hardly_anything_else() -> None:
    recall = measure(read_families())
    assert recall.share >= MEETING
    assert recall.false_in_a_thousand <= FALSE
