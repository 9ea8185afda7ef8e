"""Kept figures equal the figures counted from the history, whatever happens, and whatever interrupts a refresh."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from agencies.models import Holiday
from complaints import actions
from complaints.models import Case
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports.figures import from_history, from_totals, kept, kept_sums
from reports.figures.measures import Figures
from reports.figures.scopes import Dimension, Scope
from reports.figures.verifying import compare, differences
from reports.models import FigureChange, FigureEntry, FigureState, FigureTotal
from reports.periods import ReportPeriod
from tests.cast import NOW

SINCE = NOW - timedelta(days=100)


def differing(at: datetime) -> list[str]:
    """Return what differs in some periods that are no months."""
    found: list[str] = []
    for first, last in ((40, 3), (12, 0)):
        period = ReportPeriod((at - timedelta(days=first)).date(), (at - timedelta(days=last)).date())
        start, end = period.starts_at, min(period.ends_at, at)
        for by in ((Dimension.AGENCY,), (Dimension.KIND, Dimension.CHANNEL)):
            question = from_totals.TotalsRequest(by, Scope())
            one = from_totals.count(start, end, question, as_of=at, parted=()).figures()
            other = from_history.count(start, end, by=by, scope=Scope()).figures()
            for cell in one.keys() | other.keys():
                found += map(str, compare(f"{period} {cell}", one.get(cell, Figures()), other.get(cell, Figures())))
    return found


@settings(
    max_examples=3,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(0, 10_000),
    number=st.integers(1, 30),
    steps=st.lists(st.integers(1, 30), min_size=1, max_size=2),
)
def test_kept_equals_counted_for_random_histories(world: World, seed: int, number: int, steps: list[int]) -> None:
    with transaction.atomic():
        generate(number, world=world, seed=seed, since=SINCE, until=NOW)
        kept.refresh(at=NOW)
        assert differing(NOW) == []
        at = NOW
        for place, days in enumerate(steps):
            at += timedelta(days=days)
            generate(5, world=world, seed=20_000 + seed + place, since=at - timedelta(days=9), until=at)
            Holiday.objects.create(on=(at - timedelta(days=6)).date(), name_ar="عطلة", name_en="Holiday")
            refer_one(world, at=at)
            kept.refresh(at=at)
            assert differing(at) == []
        assert FigureChange.objects.count() == 0
        assert list(differences()) == []
        transaction.set_rollback(True)


@pytest.fixture
def few(world: World) -> None:
    """Write forty cases of the last two months."""
    generate(40, world=world, seed=11, since=NOW - timedelta(days=60), until=NOW)


def refer_one(world: World, *, at: datetime) -> None:
    """Move open cases to another agency, long after they were filed."""
    cases = (
        Case.objects.filter(state__in=["referred", "in_progress"]).select_related("agency", "citizen").order_by("pk")
    )
    for case in cases[:2]:
        other = next(desk.agency for desk in world.desks if desk.agency != case.agency)
        actions.refer(case, by=world.cmu, at=at, agency=other)


def test_a_crash_loses_nothing_and_two_refreshes_at_once_add_nothing_twice(
    world: World, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "BATCH", 15)
    replace, calls = kept_sums.replace, []

    def crash(keys: Sequence[int], **others: Any) -> None:
        replace(keys, **others)
        calls.append(len(keys))
        if len(calls) == 2:
            raise SystemExit

    kept.refresh(at=NOW)
    generate(20, world=world, seed=99, since=SINCE, until=NOW)
    monkeypatch.setattr(kept_sums, "replace", crash)
    with pytest.raises(SystemExit):
        kept.refresh(at=NOW + timedelta(hours=1))
    assert FigureChange.objects.exists()
    kept.refresh(at=NOW + timedelta(hours=2))
    kept.refresh(at=NOW + timedelta(hours=2))
    assert list(differences()) == []


def test_a_rebuild_goes_on_where_it_was_stopped(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "BATCH", 15)
    kept.refresh(at=NOW)
    FigureTotal.objects.filter(received__gt=0).update(received=0)
    FigureEntry.objects.filter(pending=1).delete()
    assert len(list(differences())) > 10
    steps = []

    def stop(step: str, _done: int, _whole: int) -> None:
        steps.append(step)
        if len(steps) == 2:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        kept.rebuild(at=NOW, follow=stop)
    assert FigureState.objects.get().position > 0
    assert from_totals.kept_until() is None
    kept.rebuild(at=NOW)
    assert list(differences()) == []
