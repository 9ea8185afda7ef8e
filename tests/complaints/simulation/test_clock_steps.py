"""Reminders and escalations of simulated cases: as the sweep would have taken them, and nothing left for it to take."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from accounts.roles import Role
from agencies.models import current_calendar
from complaints.clocks.clockwork import ESCALATED
from complaints.escalation import ladder
from complaints.escalation.recalculation import RecalculatedDates, recalculated_dates
from complaints.models import Case, CaseEvent, Clock, ClockStep, Ending
from complaints.simulation.generate import generate
from complaints.workflow import Action, ClockKind
from tests.bench.world import make_world
from tests.cast import NOW, complaints_unit, greater_amman, leak_in_the_street, office_hours, water_company

pytestmark = pytest.mark.usefixtures("cases")


@pytest.fixture(scope="module")
def cases(module_data: None) -> None:
    """Cases of two months, of which every question below is asked."""
    office_hours()
    complaints_unit()
    leak_in_the_street()
    world = make_world(citizens=20, agencies=[water_company(), greater_amman()])
    generate(150, world=world, seed=7, since=NOW - timedelta(days=60), until=NOW)
    connection.check_constraints()


def test_the_sweep_finds_nothing_to_do() -> None:
    assert ladder.sweep(at=NOW) == 0


def test_the_first_recalculation_moves_no_deadline() -> None:
    calendar = current_calendar()
    running = Clock.objects.filter(ended_at__isnull=True).exclude(kind=ClockKind.MAY_OBJECT)
    kept = {clock.pk: (clock, RecalculatedDates(clock.first_due_at, clock.due_at)) for clock in running}
    assert len(kept) > 5
    for clock, dates in kept.values():
        assert recalculated_dates(clock, calendar) == dates, clock.pk


def test_every_step_has_its_event_at_its_moment() -> None:
    steps = list(ClockStep.objects.select_related("event", "clock"))
    assert len(steps) > 50
    for step in steps:
        assert step.event.at == step.taken_at
        assert step.event.case_id == step.clock.case_id
        assert step.event.action in {Action.REMIND, Action.ESCALATE}
        assert step.event.facts["kind"] == step.clock.kind
        assert step.clock.started_at < step.taken_at


def test_who_answered_too_late_was_escalated_and_who_answered_in_time_was_not() -> None:
    # One that was postponed after it was missed may have been met in the end; a pause escalates nothing.
    ended = Clock.objects.filter(kind__in=ESCALATED, ended_at__isnull=False, pauses=[])
    kept = ended.filter(due_at=F("first_due_at"))
    for clock in kept.prefetch_related("steps"):
        is_escalated = any(not step.step.startswith("remind") for step in clock.steps.all())
        # Steps that fall due together are taken one after the other.
        is_late = clock.ending == Ending.MISSED and clock.ended_at > clock.due_at + timedelta(minutes=5)
        if is_late or clock.ending == Ending.MET:
            assert is_escalated == is_late, clock.pk


def test_a_level_with_nobody_is_recorded_as_empty() -> None:
    events = CaseEvent.objects.filter(action=Action.ESCALATE)
    empty = {event.facts["step"] for event in events if event.facts.get("empty")}
    held = {event.facts["step"] for event in events if not event.facts.get("empty")}
    assert Role.SUPERVISOR in held
    assert empty & {Role.SUPERVISOR, Role.CMU_HEAD} == set()


def test_the_history_never_runs_backwards() -> None:
    for case in Case.objects.prefetch_related("events"):
        moments = [event.at for event in case.events.all()]
        assert moments == sorted(moments)
