"""What is measured must be what could have happened: made-up rows obey the rules of real ones."""

import itertools
from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from agencies.models import Topic
from complaints.actions.answers import judged_answer
from complaints.answer_quality.judgement import Result
from complaints.clocks.extensions import later, latest_day
from complaints.demonstration.year import PACES
from complaints.engine import history
from complaints.models import (
    Answer,
    Case,
    CaseEvent,
    Classification,
    Clock,
    Extension,
    ExtensionState,
    Holding,
    Rating,
    ReferralTask,
    Solved,
    TaskState,
)
from complaints.simulation.case_rows import MOVING
from complaints.simulation.chances import NEXT
from complaints.simulation.generate import filing_moments, generate
from complaints.simulation.seeds import SeedMaker
from complaints.simulation.simulated_case import SimulatedCase
from complaints.simulation.world import Keys, World
from complaints.workflow import TRANSITIONS, Action, State, edges
from tests.bench.world import make_world
from tests.cast import NOW, complaints_unit, greater_amman, leak_in_the_street, office_hours, water_company

#: Cases and the days they were filed in: enough of the past for every action, enough of today for every state.
PAST, TODAY = (340, 150), (91, 10)
NUMBER = PAST[0] + TODAY[0]


@pytest.fixture(scope="module")
def topics(module_data: None) -> Sequence[Topic]:
    """Two topics of one group, each of which is taken for the other."""
    leak = leak_in_the_street()
    burst = Topic.objects.create(
        code="water-burst",
        parent=leak.parent,
        name_ar="انفجار خط",
        name_en="Burst pipe",
        kinds=leak.kinds,
        limit_days=5,
    )
    return leak, burst


@pytest.fixture(scope="module")
def world(topics: Sequence[Topic]) -> World:
    office_hours()
    complaints_unit()
    return make_world(citizens=20, agencies=[water_company(), greater_amman()])


@pytest.fixture(scope="module")
def cases(world: World) -> list[Case]:
    """Most questions below are asked of these."""
    for number, days in (PAST, TODAY):
        generate(number, world=world, seed=number, since=NOW - timedelta(days=days), until=NOW)
    connection.check_constraints()
    return list(Case.objects.prefetch_related("events", "holdings", "clocks").order_by("id"))


def test_the_guards_of_the_database_let_every_made_up_case_pass(cases: list[Case]) -> None:
    """Those that wait for the end of a transaction too: the fixture has asked them."""
    assert len(cases) == NUMBER
    assert not Case.objects.filter(Q(subject="") | Q(details="") | Q(folded="")).exists()


def test_every_state_and_action_occurs(cases: list[Case]) -> None:
    actions = set(CaseEvent.objects.values_list("action", flat=True))
    assert set(Case.objects.values_list("state", flat=True)) >= set(State) - {State.OBJECTED}
    # Nobody praises a leak, the only topic here.
    assert actions == {action.value for action in TRANSITIONS} - {Action.UNDO, Action.DELIVER} | {
        Action.ADD,
        Action.PROPOSE_EXTENSION,
        Action.ADD_TASK,
        Action.ANSWER_TASK,
        Action.DROP_TASK,
        Action.REMIND,
        Action.ESCALATE,
        Action.RATE,
        Action.CLASSIFY,
    }


def test_every_chain_holds_and_every_change_is_an_edge(cases: list[Case]) -> None:
    allowed = set(edges())
    for case in cases:
        events = list(case.events.all())
        assert history.first_forged(events) is None
        assert (case.version, bytes(case.chain)) == (len(events), bytes(events[-1].chain))
        moves = {(e.action, e.from_state, e.to_state) for e in events if e.action in TRANSITIONS}
        assert moves <= allowed


def test_holdings_tile_each_open_stretch(cases: list[Case]) -> None:
    for case in cases:
        spans = list(case.holdings.all())
        ends = [e.at for e in case.events.all() if e.to_state == State.CLOSED]
        starts = [e.at for e in case.events.all() if e.from_state == State.CLOSED] + [case.filed_at]
        for span, following in itertools.pairwise(spans):
            assert span.ended_at is not None
            assert span.ended_at == following.started_at or (span.ended_at in ends and following.started_at in starts)
        assert (spans[-1].ended_at is None) == (case.state != State.CLOSED)


def test_the_deadline_of_a_case_is_that_of_its_running_clock(cases: list[Case]) -> None:
    of_cases = Clock.objects.filter(ended_at=None, paused_at=None, task=None)
    running = of_cases.exclude(case__state=State.CLOSED)
    assert running.exclude(due_at=F("case__deadline_at")).count() == 0
    assert running.count() == len([case for case in cases if case.is_open])


def test_who_holds_a_case_fits_its_state(cases: list[Case]) -> None:
    held = Holding.objects.filter(ended_at=None, holder="agency").exclude(agency=F("case__agency"))
    assert held.count() == 0


def test_one_case_in_twenty_has_the_part_of_another_agency(cases: list[Case]) -> None:
    parts = ReferralTask.objects.all()
    assert 0.03 < parts.values("case").distinct().count() / NUMBER < 0.09
    assert set(parts.values_list("state", flat=True)) == set(TaskState)
    assert parts.filter(agency=F("case__agency"), state=TaskState.OPEN).count() == 0
    # An open part has a clock that runs, and keeps its case from being closed.
    waiting = parts.filter(state=TaskState.OPEN)
    assert set(waiting.values_list("case__state", flat=True)) == {State.IN_PROGRESS}
    running = Clock.objects.filter(task__isnull=False, ended_at=None)
    assert set(running.values_list("task", flat=True)) == set(waiting.values_list("pk", flat=True))


def test_citizens_rate_what_they_were_answered_and_topics_are_corrected(
    cases: list[Case], topics: Sequence[Topic]
) -> None:
    answers, ratings = Answer.objects.all(), Rating.objects.all()
    assert 0.25 < ratings.count() / answers.count() < 0.5
    said = Counter(ratings.values_list("solved", flat=True))
    assert set(said) == set(Solved.values)
    assert 0.4 < said["yes"] / ratings.count() < 0.8
    corrected = Classification.objects.all()
    assert corrected.exists()
    assert {row.topic_after_id for row in corrected} <= {topic.pk for topic in topics}


def test_an_answer_that_was_challenged_would_be_challenged(cases: list[Case]) -> None:
    challenged = Answer.objects.exclude(challenge="").select_related("case__topic", "case__agency")
    assert 0.01 < challenged.count() / Answer.objects.count() < 0.1
    judged = judged_answer(challenged[0].case, found=challenged[0].found, done=challenged[0].done)
    assert (judged.result, judged.fault) == (Result.CHALLENGED, challenged[0].challenge)


def test_one_open_case_in_seven_is_late_and_slow_agencies_have_most_of_them(world: World) -> None:
    """Nothing is written: what is open at the end would be the same."""
    dice, late = Random(3), {}
    for pace in (min(PACES), 1.0, max(PACES)):
        desks = [replace(desk, pace=pace) for desk in world.desks]
        here, keys = replace(world, desks=desks), Keys()
        maker = SeedMaker(here, dice)
        moments = filing_moments(500, dice, NOW - timedelta(days=60), NOW)
        lives = [SimulatedCase(maker.seed(at), world=here, keys=keys, dice=dice, at=at, until=NOW) for at in moments]
        states = [dict(zip(MOVING, one.steps[-1], strict=True)) for one in lives]
        deadlines = [state["deadline_at"] for state in states if state["state"] != State.CLOSED]
        late[pace] = sum(deadline < NOW for deadline in deadlines) / len(deadlines)
    quick, usual, slow = late.values()
    assert quick < 0.06 < usual < 0.15 < slow < 0.4, late
    assert 0.1 < sum(late.values()) / len(late) < 0.2, late


def test_a_later_date_is_proposed_and_granted_as_far_as_real_ones_are(
    world: World, topics: Sequence[Topic], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a topic with two days three more days cannot be granted."""
    hurried = copy(topics[0])
    hurried.limit_days = 2
    here, dice, keys = replace(world, topics=[hurried]), Random(5), Keys()
    maker = SeedMaker(here, dice)
    monkeypatch.setitem(NEXT, State.IN_PROGRESS, {Action.PROPOSE_EXTENSION: 9, Action.RETURN: 1})
    faults: list[str] = []
    reached: Counter[Action] = Counter()
    real = SimulatedCase.record

    def watched(life: SimulatedCase, action: Action, *args: object, **values: object) -> None:
        real(life, action, *args, **values)
        reached[action] += 1
        if action == Action.EXTEND:
            clock, extension = life._running(), life._last(Extension)
            if timezone.localdate(clock.due_at) > latest_day(life.case, clock, calendar=here.calendar):
                faults.append("beyond the limit")
            if clock.due_at <= life.at or extension.new_on != timezone.localdate(clock.due_at):
                faults.append("into the past, or not as it says")
        if action == Action.PROPOSE_EXTENSION:
            days = life._last(Extension).days
            later(life.case, life._running(), days=days, at=life.at, calendar=here.calendar)

    monkeypatch.setattr(SimulatedCase, "record", watched)
    lives = [
        SimulatedCase(maker.seed(at), world=here, keys=keys, dice=dice, at=at, until=NOW)
        for at in filing_moments(150, dice, NOW - timedelta(days=60), NOW)
    ]
    states = Counter(row.state for life in lives for row in life.texts if isinstance(row, Extension))
    assert (faults, min(reached[action] for action in (Action.EXTEND, Action.PROPOSE_EXTENSION)) > 20) == ([], True)
    assert states[ExtensionState.DROPPED] > 0, states
