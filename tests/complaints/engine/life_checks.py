"""What must hold of any case at any time: legal states, whole history, one holder, true clocks, one message each."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import translation

from complaints.case_text.timeline import stages
from complaints.engine.history import first_forged
from complaints.models import Case, Clock, ClockStep
from complaints.workflow import (
    ACTIONS,
    PROMISES_TO_CITIZEN,
    STATE_RULES,
    TRANSITIONS,
    Action,
    ClockKind,
    Holder,
    Kind,
    State,
    edges,
)
from notifications.models import Message

AMMAN = ZoneInfo("Asia/Amman")
CLOSES, WEEKEND = time(15, 30), {4, 5}
LEGAL = set(edges())
RECORDED = {action.value for action, rule in ACTIONS.items() if not rule.changes_state}


def hand_of(case: Case) -> Holder | None:
    """Return who must have the case in hand: whoever is asked, while it is the agency's; elsewhere nobody is asked."""
    asked = case.consultations.filter(ended_at=None).exists()
    handed = case.handovers.filter(ended_at=None).exists()
    standing = STATE_RULES[State(case.state)].holder
    if standing == Holder.AGENCY and (asked or handed):
        assert asked != handed
        return Holder.DIRECTORATE if asked else Holder.OUTSIDE_CENTRE
    if case.state in {State.TRIAGE, State.OBJECTED, State.CLOSED}:
        assert (asked, handed, case.tasks.filter(ended_at=None).exists()) == (False, False, False)
    return standing


def check(case: Case) -> None:
    """Hold the whole life against the table, the calendar and what was owed."""
    check_history(case)
    check_holdings(case)
    check_clocks(case)
    check_messages(case)
    check_who_keeps_off(case)
    check_strip(case)


#: The words of the strip, and the actions whose day may stand there.
REACHED_BY = {
    "Received": {"file"},
    "Agency check": {"accept", "close"},
    "Answered": {"close"},
    "Partly solved": {"close"},
    "Withdrawn": {"withdraw"},
    "Closed": {"archive", "close"},
    "Objection reviewed": {"dismiss"},
}


def check_strip(case: Case) -> None:
    """Each day of the strip is that of the event it names, and the acceptance is the last one that still counts."""
    events = list(case.events.order_by("number"))
    with translation.override("en"):
        reached = [stage for stage in stages(case, events) if stage.event]
    for stage in reached:
        event = events[stage.event - 1]
        assert event.action in REACHED_BY[stage.word]
        assert stage.on == event.at.astimezone(AMMAN).date()
    assert [stage.event for stage in reached] == sorted(stage.event for stage in reached)
    lost = [event.number for event in events if event.action in {"decline", "return", "refer"}]
    accepted = [event.number for event in events if event.action == "accept" and event.number > max(lost, default=0)]
    # Praise is passed on: while it is open, its strip has no acceptance, not even one of the complaint that it was.
    is_open_praise = case.kind == Kind.PRAISE and case.state not in {State.CLOSED, State.OBJECTED}
    if accepted and case.state != State.TRIAGE and not is_open_praise:
        assert accepted[-1] in {stage.event for stage in reached}


def check_history(case: Case) -> None:
    """One event a change, each legal, in an unbroken chain."""
    events = list(case.events.order_by("number"))
    assert [event.number for event in events] == list(range(1, case.version + 1))
    assert first_forged(events) is None
    assert bytes(case.chain) == bytes(events[-1].chain)
    for one, following in pairwise(events):
        assert one.to_state == following.from_state
        assert one.at <= following.at
    for event in events:
        if event.action in RECORDED:
            assert event.from_state == event.to_state
        else:
            assert (event.action, event.from_state, event.to_state) in LEGAL
    assert events[-1].to_state == case.state


def check_holdings(case: Case) -> None:
    """The holdings tile each open stretch, without a gap, an overlap or a moment beside it."""
    stretches: list[list[datetime | None]] = []
    for event in case.events.order_by("number"):
        if event.to_state != State.CLOSED and event.from_state in {"", State.CLOSED}:
            stretches.append([event.at, None])
        if event.to_state == State.CLOSED and event.from_state != State.CLOSED:
            stretches[-1][1] = event.at
    tiled: list[list[datetime | None]] = []
    begun = {start for start, _end in stretches}
    for span in case.holdings.order_by("started_at", "id"):
        if tiled and tiled[-1][1] == span.started_at and span.started_at not in begun:
            tiled[-1][1] = span.ended_at
        else:
            tiled.append([span.started_at, span.ended_at])
    assert tiled == stretches


def check_clocks(case: Case) -> None:
    """The running clock is the deadline; none is due before the calendar allows; no step is taken twice."""
    running = case.clocks.filter(ended_at=None, paused_at=None, task=None).first()
    assert case.deadline_at == (running.due_at if running and case.state != State.CLOSED else None)
    for clock in case.clocks.all():
        assert clock.due_at >= clock.first_due_at > clock.started_at
        if clock.limit_days:
            assert clock.first_due_at >= closing_after(clock.started_at, clock.limit_days)
        elif clock.kind != ClockKind.MAY_OBJECT:
            assert clock.first_due_at >= closing_after(clock.started_at, 1)
        if clock.kind != ClockKind.MAY_OBJECT:
            local = clock.due_at.astimezone(AMMAN)
            assert local.weekday() not in WEEKEND
            assert local.time() <= CLOSES
        assert (clock.ended_at is None) == (clock.ending == "")
    steps = list(ClockStep.objects.filter(clock__case=case).select_related("event"))
    recorded = case.events.filter(action__in=[Action.REMIND, Action.ESCALATE], actor=None)
    assert len({(step.clock_id, step.step) for step in steps}) == len(steps)
    assert {step.event for step in steps} == set(recorded)
    assert Clock.objects.filter(task__case=case, task__state="open", ended_at=None).count() == (
        case.tasks.filter(state="open").count()
    )


def closing_after(start: datetime, days: int) -> datetime:
    """Return when offices close on the ``days``-th working day after that of ``start``, counted on the fingers."""
    day: date = start.astimezone(AMMAN).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() not in WEEKEND
    return datetime.combine(day, CLOSES, AMMAN)


def check_messages(case: Case) -> None:
    """Nobody is told the same thing twice on one occasion, and the citizen is told of each change what is owed."""
    owed = Message.objects.filter(reference=case.reference)
    repeated = owed.values("occasion", "recipient", "channel", "template").annotate(n=Count("pk")).filter(n__gt=1)
    assert list(repeated) == []
    for event in case.events.all():
        if event.action in RECORDED:
            continue
        cancelled = owed.filter(template__in=PROMISES_TO_CITIZEN, state="cancelled", settled_at=event.at)
        tells = [
            tell
            for tell in TRANSITIONS[Action(event.action)].tells
            if tell.party == "citizen" and (not tell.into or event.to_state in tell.into)
            if not tell.if_untold or cancelled.exists()
        ]
        told = owed.filter(occasion=f"case:{case.pk}:{event.number}", recipient__startswith="citizen:")
        assert told.count() == len(tells), event


def check_who_keeps_off(case: Case) -> None:
    """Nobody has, did or was told anything while it was about them, but that they set themselves aside."""
    for concern in case.recusals.all():
        end = concern.ended_at or datetime.max.replace(tzinfo=AMMAN)
        done = case.events.filter(actor=concern.person, at__gt=concern.at, at__lt=end)
        assert not done.exists()
        told = Message.objects.filter(reference=case.reference, recipient=f"user:{concern.person_id}")
        assert not told.filter(created_at__gt=concern.at, created_at__lt=end).exists()
    assert case.officer_id not in case.recusals.open().values_list("person", flat=True)
