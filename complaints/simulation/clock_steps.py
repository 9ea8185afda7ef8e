"""The reminders and escalations of a simulated case, taken when the sweep would have taken them."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.roles import Role
from complaints.clocks.clockwork import ESCALATED, Step, empty_level, next_step
from complaints.models import Clock, ClockStep
from complaints.simulation.case_rows import CaseRows
from complaints.workflow import Action, State

#: The sweep runs every minute.
AFTER = timedelta(seconds=40)


def take_steps(rows: CaseRows, *, until: datetime) -> None:
    """Add the steps that fall due on the running clocks of the case before ``until``, in the order of their moments."""
    while (planned := _next(rows)) is not None:
        clock, step = planned
        moment = max(step.on, rows.at) + AFTER
        if moment >= until:
            return
        rows.at = moment
        _take(rows, clock, step)


def _next(rows: CaseRows) -> tuple[Clock, Step] | None:
    calendar = rows.world.calendar
    running = [clock for clock in rows.clocks if clock.ended_at is None and clock.paused_at is None]
    steps = ((clock, next_step(clock, rows.taken(clock), calendar, at=rows.at)) for clock in running)
    planned = [(clock, step) for clock, step in steps if step is not None]
    return min(planned, key=lambda pair: pair[1].on, default=None)


def _take(rows: CaseRows, clock: Clock, step: Step) -> None:
    is_first = not any(name in (role, empty_level(role)) for name in rows.taken(clock) for role in Role)
    is_empty = step.role is not None and step.role != Role.CMU_HEAD and not _has_somebody(rows, clock, step.role)
    facts: dict[str, object] = {"kind": clock.kind, "step": step.name}
    if is_empty:
        facts["empty"] = True
    if is_first and not step.share and clock.kind in ESCALATED and clock.task is None:
        facts["first"] = True
    name = empty_level(step.role) if is_empty and step.role else step.name
    rows.say(ClockStep, clock=clock, step=name, taken_at=rows.at)
    action = Action.REMIND if step.share else Action.ESCALATE
    rows.record(action, State(rows.case.state), by=None, facts=facts)


def _has_somebody(rows: CaseRows, clock: Clock, role: Role) -> bool:
    desk = rows.world.desk(clock.task.agency if clock.task else rows.case.agency)
    return desk is not None and role in desk.levels
