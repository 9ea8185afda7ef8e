"""The measurement: the same every time, better than the commonest agency, and without a look at the answers."""

from datetime import datetime

import pytest

from agencies.free_text import reader
from agencies.models import RoutingRule
from agencies.reference_data import load
from complaints.models import Case
from complaints.suggestions import routing_measurement as measurement
from tests.bench import routing


@pytest.fixture
def country(db: None, now: datetime) -> None:
    """The reference data of the project."""
    load(at=now)
    reader.forget()


@pytest.mark.usefixtures("country")
def test_the_suggestion_beats_the_commonest_agency_by_far(now: datetime) -> None:
    lines = {line.name: line for line in measurement.measure_agencies(at=now, repeats=1)}
    baseline, suggested = (lines[name] for name in (measurement.BASELINE, measurement.SUGGESTED))
    assert baseline.at_one.value < baseline.at_three.value < 0.3
    assert suggested.at_one.low > baseline.at_one.high
    assert suggested.at_one.value >= 0.65
    assert suggested.at_three.value >= 0.8


@pytest.mark.usefixtures("country")
def test_duplicates_stay_in_one_fold() -> None:
    for asked, others in measurement.folds(measurement.read_samples(), 2):
        assert {sample.group for sample in asked} & {sample.group for sample in others} == set()
        assert len(asked) + len(others) == 100


@pytest.mark.usefixtures("country")
def test_duplicates_are_found_and_alarms_are_rare() -> None:
    pairs, reworded = routing.measure_duplicates()
    assert (pairs.same, reworded.same) == (11, 28)
    assert pairs.found >= 9
    assert reworded.found >= 26
    assert (pairs.alarms + reworded.alarms) / (pairs.others + reworded.others) < 0.002


@pytest.mark.django_db(transaction=True)  # it migrates, as the owner of the tables
@pytest.mark.usefixtures("country")
def test_the_command_prints_the_numbers_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    rules = RoutingRule.objects.count()
    assert routing.main([]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in measurement.WAYS)
    assert "rewordings made by hand: " in printed
    assert (RoutingRule.objects.count(), Case.objects.count()) == (rules, 0)
