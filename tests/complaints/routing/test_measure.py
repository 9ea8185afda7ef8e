"""The measurement: the same every time, better than the commonest agency, and without a look at the answers."""

import io
from datetime import datetime

import pytest
from django.core.management import call_command

from agencies.models import RoutingRule
from agencies.reference_data import load
from complaints.models import Case
from complaints.suggestions import measure


@pytest.fixture
def country(db: None) -> None:
    """The reference data of the project."""
    load()


@pytest.mark.usefixtures("country")
def test_the_suggestion_beats_the_commonest_agency_by_far(now: datetime) -> None:
    lines = {line.name: line for line in measure.measure_agencies(at=now, repeats=1)}
    baseline, suggested = (lines[name] for name in (measure.BASELINE, measure.SUGGESTED))
    assert baseline.at_one.value < baseline.at_three.value < 0.3
    assert suggested.at_one.low > baseline.at_one.high
    assert suggested.at_one.value >= 0.65
    assert suggested.at_three.value >= 0.8


@pytest.mark.usefixtures("country")
def test_duplicates_stay_in_one_fold() -> None:
    for asked, others in measure._folds(measure.read_samples(), 2):
        assert {sample.group for sample in asked} & {sample.group for sample in others} == set()
        assert len(asked) + len(others) == 100


@pytest.mark.usefixtures("country")
def test_duplicates_are_found_and_alarms_are_rare() -> None:
    pairs, reworded = measure.measure_duplicates()
    assert (pairs.same, reworded.same) == (11, 28)
    assert pairs.found >= 9
    assert reworded.found >= 26
    assert (pairs.alarms + reworded.alarms) / (pairs.others + reworded.others) < 0.002


@pytest.mark.usefixtures("country")
def test_the_command_prints_the_numbers_and_changes_nothing() -> None:
    rules, printed = RoutingRule.objects.count(), io.StringIO()
    call_command("measure_routing", stdout=printed)
    text = printed.getvalue()
    assert all(name in text for name in measure.WAYS)
    assert "rewordings made by hand: " in text
    assert (RoutingRule.objects.count(), Case.objects.count()) == (rules, 0)
