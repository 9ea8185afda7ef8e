"""Reminders before a deadline and escalation after it: each step once for each clock, however many sweeps run.

A sweep plans a batch: it reads running clocks that are to be checked, sets for most when to check again, and claims the
others. Then it takes the steps that are due on those, under the locks of their cases: one step on each of some clocks
at once, or, where one of them fails, each clock in its own transaction. It goes on with the next batch until nothing is
left or its time is over. ``ClockStep`` is unique for a clock and a step, and so is the occasion of each message.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import batched
from time import monotonic
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts.contact import BY_EMAIL, BY_EMAIL_AND_SMS, ContextBuilder, to_staff
from accounts.models import User, acting_as
from accounts.roles import DESK, LADDER, LEADERSHIP, Role
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, current_calendar
from complaints.case_text.deadline import late_label, message_words
from complaints.clocks import clockwork
from complaints.clocks.clockwork import ESCALATED, OF_THE_UNIT, Step, empty_level, next_step
from complaints.engine import notices
from complaints.engine.change import CaseStaff, Change
from complaints.engine.notices import is_urgent, sms_not_before
from complaints.engine.transition import act, act_on_each
from complaints.models import Case, Clock, ClockStep
from complaints.workflow import Action, ClockKind, Kind
from kit.dates import day_digits
from notifications import outbox
from notifications.models import Channel
from notifications.outbox import Notice
from notifications.periodic import RowRun

# ---- Messages to staff about deadlines: language, channels, and the earliest moment for an SMS. ----


@dataclass(frozen=True)
class StaffMessages:
    """Messages about one case at one moment; the calendar gives the earliest moment for an SMS."""

    case: Case
    at: datetime
    calendar: WorkingCalendar

    def write(
        self, template: str, people: Iterable[User], words: ContextBuilder, *, by: tuple[Channel, ...] = BY_EMAIL
    ) -> Iterator[Notice]:
        """Yield a notice for each of ``people`` and channel, but none about a case they filed or are recused from."""
        for user in people:
            if self.case.is_own_of(user) or self.case.is_recused(user):
                continue
            yield from to_staff(
                template,
                user,
                lambda: {"ref": self.case.reference, **words()},
                by=by,
                reference=self.case.reference,
                daytime=not is_urgent(self.case),
                sms_not_before=partial(sms_not_before, self),
            )


#: The task that sweeps.
TASK = "complaints.escalate"

#: Every clock is checked at least this often, so that a changed setting takes effect within this time.
CHECK_AGAIN_AFTER = timedelta(days=7)
#: Clocks checked in one statement; the steps due on them take some seconds.
BATCH = 200
#: Cases that are held at a time while their steps are taken, for less than a second.
AT_ONCE = 50
#: For so long a claimed clock is left to its sweep, which may have been killed.
CLAIMED_FOR = timedelta(minutes=1)
#: For so long one sweep works at a backlog. The next begins after a minute, so that two are at work.
DRAIN_SECONDS = 110.0


# ---- the sweep ----


def sweep(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """Take every step that is due at ``at``, for about so many ``seconds``; return how many were.

    Safe to run twice and at the same time: several sweeps share a backlog. A case that is locked is left to the next
    sweep, and a clock that fails to one after a while.
    """
    calendar, run = current_calendar(), RowRun(TASK, "clock", at=at)
    taken, until, is_last = 0, monotonic() + seconds, False
    while not is_last and monotonic() < until:
        claimed, is_last = _plan(run, calendar)
        batch = _Batch(run, calendar)
        taken += sum(_advance_all(clocks, batch) for clocks in batched(claimed, AT_ONCE))
    return taken


def _plan(run: RowRun, calendar: WorkingCalendar) -> tuple[list[Clock], bool]:
    """Check a batch of clocks; return those with a step due, now claimed, and whether there were no others to check.

    The clocks are locked while their next check is written, so that a date moved meanwhile is not missed.
    """
    at = run.at
    due = Q(next_check_at__isnull=True) | Q(next_check_at__lte=at)
    running = Clock.objects.filter(due, ended_at__isnull=True, paused_at__isnull=True).exclude(
        kind=ClockKind.MAY_OBJECT
    )
    looked = run.without_waiting(running).order_by(F("next_check_at").asc(nulls_first=True), "pk")
    with transaction.atomic():
        clocks = list(looked.select_for_update(of=("self",), skip_locked=True).prefetch_related("steps")[:BATCH])
        claimed = []
        for clock in clocks:
            step = next_step(clock, _taken(clock), calendar, at=at)
            if step is not None and step.on < at:
                claimed.append(clock)
                clock.next_check_at = at + CLAIMED_FOR
            else:
                clock.next_check_at = _next_check_at(step, at)
        Clock.objects.bulk_update(clocks, ["next_check_at"])
    return claimed, len(clocks) < BATCH


def _taken(clock: Clock) -> set[str]:
    return {row.step for row in clock.steps.all()}


def _next_check_at(step: Step | None, at: datetime) -> datetime:
    """Return when to check again: just after the next step is due."""
    latest = at + CHECK_AGAIN_AFTER
    return min(step.on + timedelta(microseconds=1), latest) if step else latest


@dataclass(frozen=True)
class _Batch:
    """What the clocks of one batch share: the staff, fetched once for all cases with the same recused people."""

    run: RowRun
    calendar: WorkingCalendar
    _staff: dict[frozenset[UUID], CaseStaff] = field(default_factory=dict)

    def staff(self, case: Case) -> CaseStaff:
        """Return the staff of ``case``."""
        recused = frozenset(case.recused)
        return self._staff.setdefault(recused, CaseStaff(self.run.at, exclude=recused))

    def taking(self, clock: Clock, case: Case, taken: Collection[str]) -> _Taking:
        """Return what the next step of ``clock`` after those ``taken`` is recorded with."""
        is_first = not any(role in taken or empty_level(role) in taken for role in LADDER)
        return _Taking(clock, StaffMessages(case, self.run.at, self.calendar), self.staff(case), is_first_miss=is_first)

    def next_check(self, clock: Clock, taken: Collection[str]) -> datetime:
        """Return when ``clock`` is checked again after the steps ``taken``."""
        return _next_check_at(next_step(clock, taken, self.calendar, at=self.run.at), self.run.at)


def _advance_all(claimed: Sequence[Clock], batch: _Batch) -> int:
    """Take the steps that are due on some clocks, one of each at once until none is left; return how many were."""
    count, left = 0, claimed
    try:
        while left:
            number, left = _take_at_once(left, batch)
            count += number
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # noqa: BLE001 - whatever one bad clock raises: each is tried by itself, and the bad one named
        count += sum(_advance(clock, batch) for clock in claimed)
    return count


def _take_at_once(claimed: Sequence[Clock], batch: _Batch) -> tuple[int, Sequence[Clock]]:
    """Take one step on each clock in few statements; return how many were taken, and the clocks with another one due.

    Of several clocks of one case only the first is advanced. A case in somebody else's hands gives up its claim.
    """
    at, first = batch.run.at, {clock.case_id: clock for clock in reversed(claimed)}
    left = [clock for clock in claimed if clock is not first[clock.case_id]]
    with act_on_each(first.keys(), Action.ESCALATE, at=at) as changes:
        running = {clock.case_id: clock for clock in _running([clock.pk for clock in first.values()])}
        rows, owed = [], list[tuple[str, Notice]]()
        for change in list(changes):
            clock = running.get(change.case.pk)
            step = next_step(clock, _taken(clock), batch.calendar, at=at) if clock else None
            if clock is None or step is None or step.on >= at:
                changes.remove(change)
                continue
            change.action = _action(step)
            row, messages = _step_row(step, batch.taking(clock, change.case, _taken(clock)), change)
            rows.append(row)
            owed += messages
            clock.next_check_at = batch.next_check(clock, _taken(clock) | {row.step})
        outbox.owe_all(owed, at=at)
        ClockStep.objects.bulk_create(rows)
        advanced = [row.clock for row in rows]
        Clock.objects.bulk_update(advanced, ["next_check_at"])
    done = {clock.pk for clock in advanced}
    others = [clock.pk for clock in first.values() if clock.pk not in done]
    Clock.objects.filter(pk__in=others, next_check_at=at + CLAIMED_FOR).update(next_check_at=None)
    return len(rows), [*left, *(clock for clock in advanced if clock.next_check_at and clock.next_check_at <= at)]


def _advance(claimed: Clock, batch: _Batch) -> int:
    """Take the steps that are due on one clock, under the lock of its case; return how many were."""
    taken = 0
    with batch.run.row(claimed.pk):
        taken += _take_due_steps(claimed, batch)
    return taken


def _take_due_steps(claimed: Clock, batch: _Batch) -> int:
    at, calendar = batch.run.at, batch.calendar
    held = Case.objects.select_for_update(of=("self",), skip_locked=True)
    case = held.filter(pk=claimed.case_id).defer("folded", "search_vector").first()
    clock = _running([claimed.pk]).first() if case else None
    if case is None or clock is None:
        # In somebody else's hands: the claim is given up.
        Clock.objects.filter(pk=claimed.pk, next_check_at=claimed.next_check_at).update(next_check_at=None)
        return 0
    taken, count = _taken(clock), 0
    while (step := next_step(clock, taken, calendar, at=at)) is not None and step.on < at:
        with act(case, _action(step), by=None, at=at) as change:
            row, owed = _step_row(step, batch.taking(clock, case, taken), change)
            outbox.owe_all(owed, at=at)
            row.save(force_insert=True)
        taken.add(row.step)
        count += 1
    Clock.objects.filter(pk=clock.pk).update(next_check_at=_next_check_at(step, at))
    return count


def _running(keys: Collection[int]) -> QuerySet[Clock]:
    running = Clock.objects.filter(pk__in=keys, ended_at__isnull=True, paused_at__isnull=True)
    return running.select_related("task__agency").prefetch_related("steps")


def _action(step: Step) -> Action:
    return Action.REMIND if step.share else Action.ESCALATE


# ---- one step ----


@dataclass(frozen=True)
class _Taking:
    """The clock of a step; ``is_first_miss`` until this clock was escalated for the first time."""

    clock: Clock
    post: StaffMessages
    staff: CaseStaff
    is_first_miss: bool


def _step_row(step: Step, on: _Taking, change: Change) -> tuple[ClockStep, list[tuple[str, Notice]]]:
    """Set what the event of ``step`` says; return the row of the step, unsaved, and the messages to owe by occasion."""
    clock, at, case = on.clock, on.post.at, change.case
    change.desk = on.staff
    messages = _StepMessages(step=step, clock=clock, change=change, post=on.post)
    told = messages.reminder() if step.share else messages.miss()
    owed = [(f"clock:{clock.pk}:{step.name}", notice) for notice in told]
    change.facts = {"kind": clock.kind, "step": step.name}
    if messages.is_empty:
        change.facts["empty"] = True
    name = empty_level(step.role) if messages.is_empty and step.role else step.name
    if on.is_first_miss and not step.share and clock.kind in ESCALATED and clock.task_id is None:
        change.facts["first"] = True
        # An apology to the citizen, once since filing or reopening: for the first miss on any clock of an answer.
        if case.kind != Kind.PRAISE:
            owed.append((f"late:{case.pk}:{case.objections_made}", _apology(case, on, {*_taken(clock), name})))
    return ClockStep(clock=clock, event_id=change.event_id, step=name, taken_at=at), owed


def _apology(case: Case, on: _Taking, taken: Collection[str]) -> Notice:
    """Return the apology, in the words of the pages: how late the case is, and what happens next."""
    clock, post = on.clock, on.post

    def late() -> dict[str, str]:
        return {"late": message_words(clock, taken, post.calendar, at=post.at)}

    return notices.to_citizen("case_late", case=case, on=timezone.localdate(clock.due_at), more=late)


@dataclass
class _StepMessages:
    """The messages of one step; ``is_empty`` is set by ``miss`` if its level has nobody."""

    step: Step
    clock: Clock
    change: Change
    post: StaffMessages
    is_empty: bool = False

    @property
    def agency(self) -> Agency | None:
        """The responsible agency: for a task the one that has it."""
        return self.clock.task.agency if self.clock.task else self.change.case.agency

    # -- before the deadline --

    def reminder(self) -> Iterator[Notice]:
        """Yield the reminders: to the citizen who was asked, else to the responsible staff; the last by SMS too."""
        if self.clock.kind == ClockKind.CITIZEN_REPLY:
            day = timezone.localdate(self.clock.due_at)
            yield notices.to_citizen("case_reminder", case=self.change.case, on=day)
            return
        is_last = self.step.share == clockwork.reminders()[-1]
        ways = BY_EMAIL_AND_SMS if is_last and self.clock.kind not in OF_THE_UNIT else BY_EMAIL
        is_today = timezone.localdate(self.clock.due_at) == timezone.localdate(self.post.at)
        template = "officer_due" if is_today and self.clock.kind == ClockKind.ANSWER else "officer_reminder"
        yield from self.post.write(template, self._owing(), self._words, by=ways)

    def _owing(self) -> Iterable[User]:
        """Return the responsible staff: the officer or the deputy, else the whole desk, else the unit."""
        case, agency = self.change.case, self.agency
        if self.clock.kind in OF_THE_UNIT or agency is None:
            return self.change.desk.cmu()
        on = timezone.localdate(self.post.at)
        if case.officer_id and self.clock.task is None:
            people = list(acting_as(DESK, on, agency=agency, instead_of=case.officer_id, exclude=case.recused))
            if people:
                return people
        desk = self.change.desk
        return desk.officers(agency) or list(acting_as(DESK, on, agency=agency, exclude=case.recused)) or desk.cmu()

    # -- after it --

    def miss(self) -> Iterator[Notice]:
        """Yield the messages about a miss to the supervisors, or to the unit about its own; note an empty level."""
        people = self._people_on_level()
        if self.clock.kind in OF_THE_UNIT:
            unit = people or self.change.desk.cmu()
            yield from self.post.write("cmu_own_late", unit, self._words, by=BY_EMAIL_AND_SMS)
            return
        self.is_empty = not people
        # The supervisor works next to the desk. The levels above it and the unit read of all delays in one e-mail each
        # morning: ``late_reports``, ``unit_digest``.
        if self.step.role not in LEADERSHIP:
            yield from self.post.write("ladder_late", people, self._late_words, by=BY_EMAIL_AND_SMS)

    def _people_on_level(self) -> list[User]:
        role = self.step.role
        if role is None:
            return []
        agency = None if role == Role.CMU_HEAD else self.agency
        case = self.change.case
        people = self.change.desk.on_level(role, agency)
        return [user for user in people if not case.is_own_of(user)]

    def _words(self) -> dict[str, str]:
        agency = self.agency
        return {
            "date": day_digits(timezone.localdate(self.clock.due_at)),
            "agency": agency.short_name if agency else gettext("the CMU"),
        }

    def _late_words(self) -> dict[str, str]:
        return {**self._words(), "delay": late_label(self.clock.due_at, self.post.calendar, self.post.at)}
