"""The measurement: the same every time, better than the commonest agency, and without a look at the answers."""

from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from agencies.free_text import reader
from agencies.models import RoutingRule
from agencies.reference_data import load
from complaints.models import Case
from complaints.suggestions import measurement
from tests.bench import routing
from tests.cast import NOW


@pytest.fixture(scope="module")
def loaded(module_data: None) -> reader.ReaderCache:
    """Load the reference data of the project once for the module; return what keeps their reader."""
    load(at=NOW)
    connection.check_constraints()
    return reader.ReaderCache()


@pytest.fixture
def country(loaded: reader.ReaderCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference data of the project."""
    monkeypatch.setattr(reader, "_cache", loaded)


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
def test_the_command_prints_the_numbers_and_changes_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, now: datetime, tmp_path: Path
) -> None:
    load(at=now)
    rules = RoutingRule.objects.count()
    # What the whole sample says is asked above.
    some = tmp_path / "some.csv"
    some.write_text("\n".join(measurement.SAMPLES.read_text(encoding="utf-8").splitlines()[:21]), encoding="utf-8")
    monkeypatch.setattr(routing, "measure_agencies", partial(measurement.measure_agencies, path=some, repeats=1))
    monkeypatch.setattr(routing, "measure_topics", partial(measurement.measure_topics, path=some))
    assert routing.main([]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in measurement.WAYS)
    assert "rewordings made by hand: " in printed
    assert (RoutingRule.objects.count(), Case.objects.count()) == (rules, 0)
