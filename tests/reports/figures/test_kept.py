"""Kept figures equal the figures counted from the history, whatever happens, and whatever interrupts a refresh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from accounts.models import Citizen, User
from agencies.models import Agency, AgencySuccession, Holiday, Topic
from complaints import actions
from complaints.actions.filing import Filing
from complaints.models import Case
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports.figures import kept, sources, verifying
from reports.figures.measures import Figures
from reports.figures.reading import read
from reports.figures.sums import Dimension, Scope
from reports.figures.verifying import Difference, differences
from reports.models import FigureChange, FigureDay, FigureEntry, FigureState, FigureTotal
from reports.models.figures import BY_DAY, DAYS
from reports.periods import ReportPeriod
from tests.cast import NOW
from tests.complaints.cases import make_topic

JANUARY = ReportPeriod(date(2026, 1, 1), date(2026, 1, 31))
SINCE = NOW - timedelta(days=25)
FOUND = "كشف الفريق الفني على الموقع في اليوم التالي وتبين وجود عطل في الخط الفرعي المغذي للحي."
DONE = "جرى إصلاح العطل وإعادة الخدمة إلى المنطقة، وتأكدنا هاتفيا من مقدم الشكوى من زوال السبب."


def compare(where: str, kept: Figures, counted: Figures) -> Iterator[Difference]:
    """Yield what differs between two figures of one group."""
    for name in sorted(kept.amounts.keys() | counted.amounts.keys()):
        if kept.amount(name) != counted.amount(name):
            yield Difference(where, name, kept.amount(name), counted.amount(name))
    for acts, one, other in (("decided", kept.decided, counted.decided), ("answered", kept.answered, counted.answered)):
        for days in sorted(one.keys() | other.keys()):
            if one.get(days, 0) != other.get(days, 0):
                yield Difference(where, f"{acts} in {days} days", one.get(days, 0), other.get(days, 0))


def differing(at: datetime) -> list[str]:
    """Return what differs in some periods that are no months."""
    found: list[str] = []
    for first, last in ((40, 3), (12, 0)):
        period = ReportPeriod((at - timedelta(days=first)).date(), (at - timedelta(days=last)).date())
        start, end = period.starts_at, min(period.ends_at, at)
        for by, wanted in READ_BY.items():
            question = sources.TotalsRequest(by, Scope(), wanted=wanted)
            with CaptureQueriesContext(connection) as asked:
                one = sources.kept_figures(start, end, question, as_of=at, parted=()).figures()
            if by in kept.DAY_SETS:
                found += [query["sql"] for query in asked.captured_queries if "figureentry" in query["sql"]]
            counted = sources.count(start, end, by=by, scope=Scope()).figures()
            other = {cell: _only(figures, wanted) for cell, figures in counted.items()}
            for cell in one.keys() | other.keys():
                found += map(str, compare(f"{period} {cell}", one.get(cell, Figures()), other.get(cell, Figures())))
    return found


#: What is read by which dimensions: from days that are kept, and by two from the entries.
READ_BY = {(): sources.EVERYTHING, (Dimension.KIND, Dimension.CHANNEL): sources.EVERYTHING} | {
    keys: frozenset(BY_DAY) for keys in kept.DAY_SETS if keys
}


def _only(figures: Figures, wanted: frozenset[str]) -> Figures:
    """Return what of ``figures`` is wanted."""
    amounts = {name: amount for name, amount in figures.amounts.items() if name in wanted}
    return replace(figures, amounts=amounts) if wanted >= {*DAYS} else Figures(amounts)


@settings(
    max_examples=2,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10_000), number=st.integers(4, 8), days=st.integers(1, 20))
def test_kept_equals_counted_for_random_histories(world: World, seed: int, number: int, days: int) -> None:
    with transaction.atomic():
        generate(number, world=world, seed=seed, since=SINCE, until=NOW)
        kept.refresh(at=NOW)
        at = NOW + timedelta(days=days)
        generate(4, world=world, seed=20_000 + seed, since=at - timedelta(days=9), until=at)
        Holiday.objects.create(on=(at - timedelta(days=6)).date(), name_ar="عطلة", name_en="Holiday")
        refer_one(world, at=at)
        kept.refresh(at=at)
        assert differing(at) == []
        assert FigureChange.objects.count() == 0
        assert list(differences()) == []
        transaction.set_rollback(True)


@pytest.fixture
def few(world: World) -> None:
    """Write nine cases of a few weeks."""
    generate(9, world=world, seed=11, since=SINCE, until=NOW)


@pytest.fixture
def filed(amina: Citizen, water: Agency, leak: Topic, omar: User) -> Case:
    """File a complaint on the last days of December."""
    filing = Filing(citizen=amina, kind="complaint", topic=leak, subject="تسرب", details="تسرب في الشارع", agency=water)
    assert amina.user is not None
    return actions.file(filing, by=amina.user, at=NOW - timedelta(days=6))


def refer_one(world: World, *, at: datetime) -> None:
    """Move open cases to another agency, long after they were filed."""
    cases = (
        Case.objects.filter(state__in=["referred", "in_progress"]).select_related("agency", "citizen").order_by("pk")
    )
    for case in cases[:2]:
        other = next(desk.agency for desk in world.desks if desk.agency != case.agency)
        actions.refer(case, by=world.cmu, at=at, agency=other, reason="أُعيد التوزيع")


def test_a_crash_loses_nothing_and_two_refreshes_at_once_add_nothing_twice(
    world: World, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "BATCH", 3)
    replace, calls = kept.replace, []

    def crash(keys: Sequence[int], **others: Any) -> None:
        replace(keys, **others)
        calls.append(len(keys))
        if len(calls) == 2:
            raise SystemExit

    kept.refresh(at=NOW)
    generate(7, world=world, seed=99, since=SINCE, until=NOW)
    monkeypatch.setattr(kept, "replace", crash)
    with pytest.raises(SystemExit):
        kept.refresh(at=NOW + timedelta(hours=1))
    assert FigureChange.objects.exists()
    kept.refresh(at=NOW + timedelta(hours=2))
    kept.refresh(at=NOW + timedelta(hours=2))
    assert list(differences()) == []


def test_a_rebuild_goes_on_where_it_was_stopped(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "BATCH", 4)
    kept.refresh(at=NOW)
    FigureTotal.objects.filter(received__gt=0).update(received=0)
    FigureEntry.objects.filter(pending=1).delete()
    FigureDay.objects.filter(closed__gt=0).update(closed=0)
    assert next(verifying._of_entries(NOW, kept.nobody)).name == "an entry"
    sums = [str(each.kept or each.counted) for each in verifying._of_months(NOW, kept.nobody)]
    assert {('"month"' in row, '"moment"' in row) for row in sums} == {(True, False), (False, True)}
    steps = []

    def stop(step: str, _done: int, _whole: int) -> None:
        steps.append(step)
        if len(steps) == 2:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        kept.rebuild(at=NOW, follow=stop)
    assert FigureState.objects.get().position > 0
    assert sources.kept_until() is None
    kept.rebuild(at=NOW)
    assert list(differences()) == []


# ---- what changes the past, and what others do meanwhile ----


def test_a_correction_of_the_topic_is_followed_by_the_kept_figures(filed: Case, leak: Topic, omar: User) -> None:
    """The case moves to its topic in the months that are over, and the correction counts when it was made."""
    other = make_topic("burst", "انكسار", "Burst main", parent=leak.parent, kinds=["inquiry"])
    december = ReportPeriod(date(2025, 12, 1), date(2025, 12, 31))
    kept.refresh(at=NOW)
    before = read(december, by=[Dimension.TOPIC], at=NOW).rows
    actions.classify(filed, by=omar, at=NOW, topic=other, kind="inquiry")
    later = NOW + timedelta(days=1)
    kept.refresh(at=later)
    after = read(december, by=[Dimension.TOPIC], at=later).rows
    assert (list(before), list(after)) == ([(leak.pk,)], [(other.pk,)])
    assert before[leak.pk,].amount("received") == after[other.pk,].amount("received") == 1
    january = read(JANUARY, by=[Dimension.TOPIC, Dimension.KIND], at=later).rows
    assert {key: figures.value("topic_corrections") for key, figures in january.items()} == {(other.pk, "inquiry"): 1}
    assert differing(later) == []


@pytest.mark.usefixtures("undo_window")
def test_what_was_undone_counts_until_then_and_never_again(filed: Case, water: Agency, gam: Agency, omar: User) -> None:
    """Each step is taken and undone once; the figures before, between and after are those of the case as it stood."""
    names = ("decided", "decided_in_time", "answered", "answered_in_time", "bounced", "closed", "pending", "received")
    steps: list[tuple[Any, dict[str, Any]]] = [
        (actions.accept, {"days": 3}),
        (actions.decline, {"reason": "other_place", "text": "الموقع في عمان.", "proposed_agency": gam}),
    ]
    at, wrong = NOW - timedelta(days=6) + timedelta(minutes=5), []
    period = ReportPeriod(date(2025, 12, 1), date(2026, 1, 31))

    def amounts(at: datetime) -> dict[tuple[Any, ...], dict[str, int]]:
        kept.refresh(at=at)
        found = sources.count(period.starts_at, at, by=(Dimension.AGENCY,), scope=Scope()).figures()
        counted = {cell: {name: figures.amount(name) for name in names} for cell, figures in found.items()}
        return {cell: figures for cell, figures in counted.items() if any(figures.values())}

    for place in range(3):
        if place == 2:
            actions.accept(filed, by=omar, at=at, days=3)
            at += timedelta(minutes=5)
            steps.append((actions.close, {"outcome": "solved", "found": FOUND, "done": DONE}))
        act, typed = steps[place]
        before = amounts(at)
        act(filed, by=omar, at=at + timedelta(seconds=1), **typed)
        between = amounts(at + timedelta(seconds=30))
        actions.undo(filed, by=omar, at=at + timedelta(seconds=60))
        at += timedelta(minutes=5)
        after = amounts(at)
        wrong += [f"{act.__name__}: {before} is {after} after"] if after != before else []
        wrong += [f"{act.__name__}: did not count"] if between == before else []
        wrong += differing(at)
    assert wrong == []
    assert list(differences()) == []


def test_the_work_of_a_merged_agency_is_read_for_its_successor(
    filed: Case, water: Agency, gam: Agency, omar: User
) -> None:
    """The rows stay those of the agency that was; whether kept or counted, the one that goes on is read."""
    later = NOW + timedelta(days=1)
    kept.refresh(at=later)
    AgencySuccession.objects.create(
        predecessor=water, successor=gam, final=gam, on=later.date(), reason="دمج", planned_by=omar.pk, planned_at=NOW,
        executed_at=later,
    )  # fmt: skip
    period = ReportPeriod(date(2025, 12, 1), later.date())
    scope = Scope(agencies=frozenset({gam.pk}))
    from_sums = read(period, by=[Dimension.AGENCY], at=later), read(period, scope=scope, at=later)
    assert set(FigureEntry.objects.values_list("agency_id", flat=True)) == {water.pk}
    FigureState.objects.update(as_of=None)
    counted = read(period, by=[Dimension.AGENCY], at=later), read(period, scope=scope, at=later)
    assert list(from_sums[0].rows) == list(counted[0].rows) == [(gam.pk,)]
    for one, other in zip(from_sums, counted, strict=True):
        assert one.total.amount("received") == 1
        assert list(compare("all", one.total, other.total)) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_connections_at_the_same_case_one_waits_and_no_change_is_lost(
    filed: Case, omar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second comes while the first has counted the case and not committed; the case changes once more meanwhile."""
    kept.refresh(at=NOW)
    actions.accept(filed, by=omar, at=NOW, days=1)
    later, replace = NOW + timedelta(hours=2), kept.replace
    counted, go_on, results = Event(), Event(), []

    def replace_and_wait(keys: Sequence[int], **others: Any) -> None:
        replace(keys, **others)
        counted.set()
        assert go_on.wait(30)

    def refresh_beside() -> None:
        try:
            results.append(kept.refresh(at=later))
        finally:
            connections.close_all()

    monkeypatch.setattr(kept, "replace", replace_and_wait)
    first = Thread(target=refresh_beside)
    first.start()
    assert counted.wait(30)
    try:
        monkeypatch.setattr(kept, "replace", replace)
        assert kept.refresh(at=later) == 0
        actions.close(filed, by=omar, at=later, outcome="solved", found=FOUND, done=DONE)
    finally:
        go_on.set()
        first.join(30)
    assert (results, first.is_alive()) == ([2], False)
    assert FigureChange.objects.count() == 0
    assert list(differences()) == []
    assert read(JANUARY, at=later + timedelta(hours=1)).total.amount("decided") == 1
    assert FigureEntry.objects.filter(answered=1).count() == 1
