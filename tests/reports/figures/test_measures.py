"""The document of the measures is the one that is written from them, and their values are what their formulas say."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from reports.figures.measures import MEASURES, NAMES, Figures, markdown, needed


def test_the_document_is_written_from_the_measures() -> None:
    assert Path(settings.BASE_DIR, "docs", "figures.md").read_text(encoding="utf-8") == markdown()


def test_nothing_to_measure_is_no_value_and_no_count_is_zero() -> None:
    values = {name: Figures().value(name) for name in MEASURES}
    assert {values[name] for name, measure in MEASURES.items() if measure.unit in {"count", "hours"}} == {0}
    assert {values[name] for name, measure in MEASURES.items() if measure.unit not in {"count", "hours"}} == {None}


def test_a_measure_is_computed_from_what_it_says_it_needs_and_another_is_refused() -> None:
    for name, measure in MEASURES.items():
        amounts = dict.fromkeys((each for each in needed([name]) if each in NAMES), 1) or {"received": 1}
        found = Figures(amounts, {2: 1}, {2: 1})
        assert (measure.value(found), measure.base(found)) != (None, 0), name
    with pytest.raises(KeyError):
        Figures({"received": 1}).value("closed")


def test_the_days_of_two_groups_are_those_of_all_their_cases() -> None:
    quick, slow = Figures({"answered": 3}, {}, {0: 2, 1: 1}), Figures({"answered": 2}, {}, {9: 1, 30: 1})
    both = quick + slow
    assert (quick.value("days_to_answer_median"), slow.value("days_to_answer_median")) == (0, 9)
    assert (both.value("days_to_answer_median"), both.value("days_to_answer_p90"), both.value("answered")) == (1, 30, 5)


def test_shares_say_what_they_are_taken_of() -> None:
    found = Figures({"confirmed": 1, "disputed": 1, "unanswered": 6, "rated": 2, "treated": 2, "treatment": 9})
    assert found.value("confirmed_gap") == Decimal("0.8750")
    assert (found.value("rated"), found.base("rated")) == (Decimal("0.2500"), 8)
    assert (found.value("satisfaction"), found.base("satisfaction")) == (Decimal("4.50"), 2)
