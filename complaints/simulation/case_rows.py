"""The rows of a case that is simulated in memory: as complaints.engine.transition writes them, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random

from django.db.models import Model
from django.utils import timezone
from psycopg.types.range import Range

from accounts.models import User
from agencies.models import Agency
from complaints.clocks import clockwork
from complaints.engine import history
from complaints.models import (
    Case,
    CaseEvent,
    Clock,
    ClockStep,
    Ending,
    Holding,
    TextSalt,
    event_key,
)
from complaints.simulation.world import Keys, Seed, World
from complaints.workflow import ACTIONS, STATE_RULES, Action, Holder, State

#: The columns of a case that change while it lives; the database lets them change step by step only.
MOVING = (
    "agency_id",
    "directorate_id",
    "officer_id",
    "state",
    "resumes_to",
    "holder",
    "last_action",
    "version",
    "changed_at",
    "chain",
    "limit_from",
    "promised_on",
    "deadline_at",
    "bounces",
    "objections_made",
    "closed_at",
    "closed_by_id",
    "outcome",
)
CLOCK_KINDS = {rule.clock.value: rule.clock for rule in STATE_RULES.values()}


class CaseRows:
    """The rows of one case; ``steps`` is what the case became with each of them."""

    case: Case

    def __init__(self, seed: Seed, *, world: World, keys: Keys, dice: Random, at: datetime) -> None:
        self.seed, self.world, self.keys, self.dice, self.at = seed, world, keys, dice, at
        self.desk = seed.desk
        self.events: list[CaseEvent] = []
        self.holdings: list[Holding] = []
        self.clocks: list[Clock] = []
        self.texts: list[Model] = []
        self.steps: list[tuple[object, ...]] = []

    def _running(self) -> Clock:
        return next(clock for clock in self._own_clocks() if clock.paused_at is None)

    def _own_clocks(self) -> list[Clock]:
        """Return the clocks of the case itself that have not ended; those of parts run beside them."""
        return [clock for clock in self.clocks if clock.ended_at is None and clock.task is None]

    @property
    def event_id(self) -> int:
        """Return the key of the event that the action will record."""
        return event_key(self.case.pk, self.case.version + 1)

    def taken(self, clock: Clock) -> set[str]:
        """Return the reminders and escalation levels taken on ``clock``."""
        return {row.step for row in self.texts if isinstance(row, ClockStep) and row.clock is clock}

    def say[M: Model](self, model: type[M], **values: object) -> M:
        """Add a row that belongs to the event of the action."""
        row = model(pk=self.keys.next(model), event_id=self.event_id, **values)
        self.texts.append(row)
        return row

    def say_of_case[M: Model](self, model: type[M], **values: object) -> M:
        """Add a row of the case that belongs to the event of the action."""
        return self.say(model, case=self.case, **values)

    def fingerprint(self, *texts: str) -> str:
        """Return the fingerprint of the texts of the action, whose salt becomes a row."""
        salt = history.new_salt()
        self.texts.append(TextSalt(event_id=self.event_id, salt=salt))
        return history.fingerprint(salt, *texts)

    def _last[M: Model](self, model: type[M]) -> M:
        return next(row for row in reversed(self.texts) if isinstance(row, model))

    def _move(
        self,
        action: Action,
        target: State,
        *,
        by: User | None,
        facts: Mapping[str, object],
        due: datetime | None = None,
        former: Agency | None = None,
    ) -> None:
        origin = State(self.case.state)
        self.case.state, self.case.last_action = target, action
        self._move_clocks(action, origin, target, due)
        self.case.resumes_to = origin if target == State.WAITING else ""
        self._hold(target)
        self.record(action, target, by=by, facts=facts, origin="" if action == Action.FILE else origin, former=former)

    def record(
        self,
        action: Action,
        target: State,
        *,
        by: User | None,
        facts: Mapping[str, object],
        origin: str | None = None,
        former: Agency | None = None,
    ) -> None:
        """Add the event of an action, and what the case became with it."""
        case = self.case
        case.version += 1
        case.changed_at = self.at
        event = CaseEvent(
            pk=event_key(case.pk, case.version),
            case_id=case.pk,
            number=case.version,
            action=action,
            from_state=target if origin is None else origin,
            to_state=target,
            at=self.at,
            actor_id=by.pk if by else None,
            agency_id=former.pk if former else case.agency_id,
            facts=facts,
        )
        case.chain = history.chain(bytes(case.chain), event)
        self.events.append(event)
        self.steps.append(tuple(getattr(case, name) for name in MOVING))

    def _move_clocks(self, action: Action, origin: State, target: State, due: datetime | None) -> None:
        live = self._own_clocks()
        running = next((clock for clock in live if clock.paused_at is None), None)
        paused = next((clock for clock in live if clock.paused_at is not None), None)
        if target == State.WAITING and running is not None:
            running.paused_at, running = self.at, None
        resumed = paused if origin == State.WAITING and action in {Action.REPLY, Action.LAPSE} else None
        for clock in (running, paused):
            if clock is not None and clock is not resumed:
                self._end(clock, action)
        if resumed is None:
            self._start(target, due)
        else:
            self._resume(resumed)

    def _end(self, clock: Clock, action: Action) -> None:
        in_time = Ending.MET if CLOCK_KINDS[clock.kind] in ACTIONS[action].fulfils else Ending.STOPPED
        clock.ending = Ending.MISSED if self.at > clock.due_at else in_time
        self._end_pause(clock)
        clock.ended_at = self.at

    def _resume(self, clock: Clock) -> None:
        assert clock.paused_at is not None
        stood = self.world.calendar.working_minutes(clock.paused_at, self.at)
        clock.due_at = self.world.calendar.add_minutes(clock.due_at, stood)
        clock.first_due_at = self.world.calendar.add_minutes(clock.first_due_at, stood)
        self._end_pause(clock)
        self._project(clock)

    def _end_pause(self, clock: Clock) -> None:
        if clock.paused_at is not None:
            clock.pauses = [*clock.pauses, Range(clock.paused_at, self.at)]
            clock.paused_at = None

    def _start(self, target: State, due: datetime | None) -> None:
        if target == State.CLOSED and not clockwork.needs_window(self.case):
            self.case.deadline_at = None
            return
        ends, days = clockwork.due_in_state(target, at=self.at, promised=due, calendar=self.world.calendar)
        clock = Clock(
            pk=self.keys.next(Clock),
            case_id=self.case.pk,
            kind=STATE_RULES[target].clock,
            started_at=self.at,
            limit_days=days,
            first_due_at=ends,
            due_at=ends,
        )
        self.clocks.append(clock)
        self._project(clock)

    def _project(self, clock: Clock) -> None:
        self.case.deadline_at = None if self.case.state == State.CLOSED else clock.due_at
        if self.case.state == State.IN_PROGRESS:
            self.case.promised_on = timezone.localdate(clock.due_at)

    def _hold(self, target: State) -> None:
        holder = STATE_RULES[target].holder
        self.case.holder = holder or ""
        agency_id = self.case.agency_id if holder == Holder.AGENCY else None
        last = self.holdings[-1] if self.holdings and self.holdings[-1].ended_at is None else None
        if last is not None and last.holder == holder and last.agency_id == agency_id:
            return
        if last is not None:
            last.ended_at = self.at
        if holder is not None:
            pk = self.keys.next(Holding)
            row = Holding(pk=pk, case_id=self.case.pk, holder=holder, agency_id=agency_id, started_at=self.at)
            self.holdings.append(row)
