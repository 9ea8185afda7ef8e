"""A short storm over all actions: nothing but answers and refusals in words, and a database in which all holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection

from complaints.engine import transition
from complaints.models import Case, CaseEvent
from complaints.workflow import Action
from tests.owner import owner
from tests.storm.deeds import DEEDS
from tests.storm.invariants import BROKEN, broken
from tests.storm.storm import Found, Storm
from tests.storm.town import make_town

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS, SECONDS_OF_A_CONTROL = 4.0, 2.0
#: A slow machine does little in one round, and meets by chance what a storm is to meet.
MOST_ROUNDS = 10
#: Other tests share the machine: how long a row is kept says nothing here.
PATIENCE = "20s"


def test_every_action_of_the_table_is_in_the_storm() -> None:
    assert set(DEEDS) == set(Action)


def rounds(now: datetime, seconds: float) -> Iterator[Found]:
    """Let the storm come over one town round after round, and yield what each found."""
    town = make_town(now)
    for seed in range(1, MOST_ROUNDS + 1):
        yield Storm(town, now, seconds, seed=seed, patience=PATIENCE).run()


def test_a_storm_over_all_actions_breaks_nothing(now: datetime) -> None:
    all_found = Found()
    for found in rounds(now, SECONDS):
        all_found.add(found)
        assert (found.unexpected, found.waited, broken()) == ([], 0, [])
        if all_found.done > 5 and have_moments_of_others():
            return
    pytest.fail(f"{all_found.done} deeds, and no clock that jumped back met a history")


def have_moments_of_others() -> bool:
    """Tell whether the clocks jumped and the history did not: several changes have the moment of the one before."""
    return CaseEvent.objects.values("case", "at").distinct().count() < CaseEvent.objects.count()


def test_with_the_time_taken_before_the_lock_the_storm_finds_a_history_that_would_run_backwards(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the engine as it was, which kept the moment that the caller had read."""
    lock = transition._lock

    def lock_only(case: Case, *, at: datetime) -> datetime:
        lock(case, at=at)
        return at

    monkeypatch.setattr(transition, "_lock", lock_only)
    assert any(
        "would run backwards" in error or "IntegrityError" in error
        for found in rounds(now, SECONDS_OF_A_CONTROL)
        for error in found.unexpected
    )


@pytest.mark.parametrize(
    ("broke", "name"),
    [
        ("UPDATE complaints_holding SET started_at = started_at - interval '1 day'", "a case is held before it began"),
        (
            "UPDATE complaints_clock SET due_at = due_at + interval '1 day'",
            "an open case has no running clock, or several",
        ),
        ("UPDATE complaints_case SET holder = 'cmu'", "nobody has an open case, or somebody a closed one"),
    ],
)
def test_what_does_not_hold_is_named(now: datetime, broke: str, name: str) -> None:
    """The control of the questions: they find what was broken on purpose."""
    make_town(now)
    assert (broken(), name in BROKEN) == ([], True)
    with connection.cursor() as cursor:
        cursor.execute(broke)
    assert any(found.startswith(name) for found in broken())


def test_an_event_before_the_one_it_follows_is_named(now: datetime) -> None:
    town = make_town(now)
    case = Case.objects.get(pk=town.cases[0])
    with transition.act(case, Action.NOTE, by=town.staff["omar"], at=now):
        pass
    with owner().transaction():
        owner().execute("ALTER TABLE complaints_caseevent DISABLE TRIGGER USER")
        owner().execute("UPDATE complaints_caseevent SET at = at - interval '1 day' WHERE number = 2")
        owner().execute("ALTER TABLE complaints_caseevent ENABLE TRIGGER USER")
    assert any(found.startswith("an event is before the one it follows") for found in broken())
