"""The parts of other agencies in a simulated case, and the people who act in it."""

from __future__ import annotations

from accounts.models import User
from agencies.models import Agency
from complaints.clocks import clockwork
from complaints.models import Clock, Ending, ReferralTask, TaskState
from complaints.simulation.answered_case import AnsweredCase
from complaints.simulation.texts import TASK, TASK_ANSWER, TASK_DROPPED
from complaints.simulation.world import Desk
from complaints.workflow import Action, ClockKind, State


class DividedCase(AnsweredCase):
    """A case of which other agencies may have parts; each part has a clock of its own."""

    def do_add_task(self) -> None:
        desk = self._other_desk(self.case.agency)
        task = self.say_of_case(ReferralTask, agency=desk.agency, text=TASK, asked_by=self._officer, asked_at=self.at)
        days = self._promise()
        due = self.world.calendar.due(self.at, days)
        clock = Clock(
            pk=self.keys.next(Clock),
            case=self.case,
            task=task,
            kind=ClockKind.ANSWER_TASK,
            started_at=self.at,
            limit_days=days,
            first_due_at=due,
            due_at=due,
        )
        self.clocks.append(clock)
        facts = {"agency": desk.agency.pk, "days": days, "words": self.fingerprint(TASK)}
        self.record(Action.ADD_TASK, State.IN_PROGRESS, by=self._officer, facts=facts)

    def do_answer_task(self) -> None:
        task = self._last(ReferralTask)
        desk = next(desk for desk in self.world.desks if desk.agency == task.agency)
        task.state, task.answer, task.answer_event_id = TaskState.ANSWERED, TASK_ANSWER, self.event_id
        self._end_part(task, by=desk.officer, ending=Ending.MET)
        facts = {"agency": task.agency_id, "words": self.fingerprint(TASK_ANSWER)}
        self.record(Action.ANSWER_TASK, State.IN_PROGRESS, by=desk.officer, facts=facts)

    def do_drop_task(self) -> None:
        task = self._last(ReferralTask)
        task.state, task.reason, task.drop_event_id = TaskState.DROPPED, TASK_DROPPED, self.event_id
        self._end_part(task, by=self._officer, ending=Ending.STOPPED)
        facts = {"agency": task.agency_id, "words": self.fingerprint(TASK_DROPPED)}
        self.record(Action.DROP_TASK, State.IN_PROGRESS, by=self._officer, facts=facts)

    def _end_part(self, task: ReferralTask, *, by: User, ending: Ending) -> None:
        task.ended_by, task.ended_at = by, self.at
        clock = next(clock for clock in self.clocks if clock.task == task)
        clock.ended_at, clock.ending = self.at, Ending.MISSED if self.at > clock.due_at else ending

    # ---- who acts, and what they promise ----

    def _part(self) -> ReferralTask | None:
        parts = (row for row in self.texts if isinstance(row, ReferralTask))
        return next((part for part in parts if part.state == TaskState.OPEN), None)

    @property
    def _officer(self) -> User:
        assert self.desk is not None
        return self.desk.officer

    def _other_desk(self, agency: Agency | None) -> Desk:
        """Return the agency whose case it is, or any other when ``agency`` is that."""
        if self.seed.owner is not None and self.seed.owner.agency != agency:
            return self.seed.owner
        return next(desk for desk in self.dice.sample(self.world.desks, 2) if desk.agency != agency)

    def _promise(self) -> int:
        limit = clockwork.promise_days(self.case, at=self.at, calendar=self.world.calendar)
        return self.dice.randint(max(1, limit // 2), limit)
