"""Starts, pauses, resumes and ends the clocks of a case as its state changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange as Range
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.roles import LADDER, Role
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.models import Case, Classification, Clock, Ending, ListedCase
from complaints.workflow import ACTIONS, OBJECTION_DAYS, STATE_RULES, Action, ClockKind, Kind, Outcome, State
from kit.compiled_reads import CompiledRead, numbered

# ---- Time limits, reminders and the escalation ladder, as the settings define them. ----
#
# ``complaints.workflow`` holds the defaults; code that counts days reads the settings through this module.
# ``complaints.clocks.checks`` refuses to start with settings that these functions could not read.


#: The setting that names the working days of a state, for the states that count them.
DAYS: dict[State, str] = {
    State.TRIAGE: "TRIAGE_DAYS",
    State.REFERRED: "COMPETENCE_DAYS",
    State.WAITING: "REPLY_DAYS",
    State.OBJECTED: "OBJECTION_DECISION_DAYS",
}
#: The roles that the escalation ladder may contain.
ESCALATION_LEVELS = frozenset(LADDER)
#: Working days between one escalation level and the next.
LEVEL_DAYS = 1


def days_in(state: State) -> int | None:
    """Return the working days of the clock of ``state``; None where an action sets its date."""
    if state not in DAYS:
        return STATE_RULES[state].days
    days: int = getattr(settings, DAYS[state])
    return days


def reminders() -> tuple[int, ...]:
    """Return the shares of a clock's working time, in percent and rising, at which reminders are sent."""
    return tuple(int(share) for share in items(settings.REMINDERS))


def ladder() -> tuple[Role, ...]:
    """Return the escalation levels: the roles that get a report of a missed deadline, in this order."""
    return tuple(Role(role) for role in items(settings.LADDER))


def bounces_before_ruling() -> int:
    """Return after how many refusals the unit decides which agency owns a case."""
    bounces: int = settings.BOUNCES_BEFORE_RULING
    return bounces


def inactivity_minutes() -> int:
    """Return after how many working minutes without a sign-in an officer's work is handed over."""
    hours: int = settings.SILENCE_HOURS
    return hours * 60


def items(text: str) -> list[str]:
    """Return the comma-separated parts of a setting."""
    return [item.strip() for item in text.split(",")]


#: What ``move`` sets.
MOVED = ("first_due_at", "due_at", "next_check_at")


def latest_promise(case: Case, *, at: datetime, calendar: WorkingCalendar) -> date:
    """Return the last day an agency may promise: the topic's limit from filing, but never before the next working day.

    The limit counts from ``limit_from`` (filing, or a referral that reset it); an agency that receives a case after the
    limit has passed still gets one working day.
    """
    return max(
        timezone.localdate(calendar.due(case.limit_from, case.limit_days)), timezone.localdate(calendar.due(at, 1))
    )


def promise_days(case: Case, *, at: datetime, calendar: WorkingCalendar) -> int:
    """Return the working days from ``at`` to the last day that may be promised (at least 1)."""
    latest = latest_promise(case, at=at, calendar=calendar)
    return max(1, calendar.days_between(timezone.localdate(at), latest))


def due_in_state(
    state: State, *, at: datetime, promised: datetime | None, calendar: WorkingCalendar | None
) -> tuple[datetime, int | None]:
    """Return when the clock of ``state``, entered at ``at``, is due, and its limit in working days where it has one."""
    if STATE_RULES[state].clock == ClockKind.MAY_OBJECT:
        return at + timedelta(days=OBJECTION_DAYS), None
    days = days_in(state)
    if days is None:
        if promised is None:
            message = f"{state} needs a promised date"
            raise ValueError(message)
        return promised, None
    if calendar is None:
        message = f"{state} counts working days"
        raise ValueError(message)
    return calendar.due(at, days), days


def start(case: Case, *, at: datetime, due: datetime, days: int | None) -> Clock:
    """Start the clock of the case's state."""
    return Clock.objects.create(
        case=case,
        kind=STATE_RULES[State(case.state)].clock,
        started_at=at,
        limit_days=days,
        first_due_at=due,
        due_at=due,
    )


def end(clock: Clock, *, action: Action, at: datetime) -> None:
    """End ``clock``: missed when it is past its deadline, met when it waited for ``action``, else stopped."""
    if at > clock.due_at:
        clock.ending = Ending.MISSED
    elif ClockKind(clock.kind) in ACTIONS[action].fulfils:
        clock.ending = Ending.MET
    else:
        clock.ending = Ending.STOPPED
    _close_pause(clock, at)
    clock.ended_at = at
    clock.save(update_fields=["ended_at", "ending", "paused_at", "pauses"])


def end_unused(windows: QuerySet[Clock]) -> int:
    """End times to object of which no use was made, at the moment they were over; return how many."""
    return windows.update(ended_at=F("due_at"), ending=Ending.STOPPED)


def pause(clock: Clock, *, at: datetime) -> None:
    """Pause ``clock`` while the citizen is asked."""
    clock.paused_at = at
    clock.save(update_fields=["paused_at"])


def resume(clock: Clock, *, at: datetime, calendar: WorkingCalendar) -> None:
    """Let ``clock`` run again, its deadlines moved by the working minutes of the pause.

    All pauses of one clock together count no longer than one question may wait: the recorded pause ends where that
    time is used up, so that repeated questions gain no time.
    """
    if clock.paused_at is None:
        message = f"clock {clock.pk} is not paused"
        raise ValueError(message)
    at = min(at, paused_until(clock, clock.paused_at, calendar))
    stood = calendar.working_minutes(clock.paused_at, at)
    clock.due_at = calendar.add_minutes(clock.due_at, stood)
    clock.first_due_at = calendar.add_minutes(clock.first_due_at, stood)
    _close_pause(clock, at)
    clock.next_check_at = None
    clock.save(update_fields=["due_at", "first_due_at", "paused_at", "pauses", "next_check_at"])


def paused_until(clock: Clock, paused_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the latest end of a pause that began at ``paused_at``, given the earlier pauses of ``clock``."""
    days = days_in(State.WAITING) or 0
    first = min((pause.lower for pause in clock.pauses), default=paused_at)
    cap = calendar.working_minutes(first, calendar.due(first, days))
    used = sum(calendar.working_minutes(pause.lower, pause.upper) for pause in clock.pauses)
    return calendar.add_minutes(paused_at, max(0, cap - used))


def postpone(clock: Clock, *, to: datetime) -> None:
    """Set the deadline of ``clock`` to ``to``; its first date and the steps taken on it stay."""
    clock.due_at, clock.next_check_at = to, None
    clock.save(update_fields=["due_at", "next_check_at"])


def move(clock: Clock, *, first: datetime, due: datetime) -> None:
    """Set both dates of ``clock``, because the calendar they were counted by has changed; ``MOVED`` are to be saved."""
    clock.first_due_at, clock.due_at, clock.next_check_at = first, due, None


def reopen(case: Case, *, ended_at: datetime) -> Clock:
    """Reopen the clock of the state to which ``case`` goes back, which ended at ``ended_at``, as if it never had.

    Undoing neither forgives a missed date nor lets a step be taken twice.
    """
    clock = case.clocks.filter(kind=STATE_RULES[State(case.state)].clock, task=None, ended_at=ended_at).latest("pk")
    clock.ended_at, clock.ending, clock.next_check_at = None, "", None
    clock.save(update_fields=["ended_at", "ending", "next_check_at"])
    return clock


def _close_pause(clock: Clock, at: datetime) -> None:
    if clock.paused_at is not None:
        if at > clock.paused_at:
            clock.pauses = [*clock.pauses, Range(clock.paused_at, at)]
        clock.paused_at = None


def needs_window(case: Case) -> bool:
    """Tell whether a closed case has a time to object: not when it was withdrawn, nor praise that was passed on.

    What staff made praise of can be objected to: it would be an easy way out of an answer. One statement for praise.
    """
    if case.outcome == Outcome.THANKED:
        return Classification.objects.filter(case=case.pk, kind_after=Kind.PRAISE).exists()
    return case.outcome != Outcome.WITHDRAWN


# ---- How much longer a clock can stay paused while the citizen is asked, and when it is due after that. ----


@dataclass(frozen=True)
class Pause:
    """A running pause: without a reply it ends at ``until``, the cap being used up; the clock is due at ``due_at``."""

    until: datetime
    due_at: datetime

    @property
    def until_on(self) -> date:
        """Return the day on which the clock runs again."""
        return timezone.localdate(self.until)


def pauses_now(cases: Collection[Case] | Collection[ListedCase]) -> Mapping[int, Pause]:
    """Return, by case, the pauses that end before the citizen's time to reply does: those after an earlier question.

    One statement where any of ``cases`` waits for its citizen, one more where one of them was asked before. The pause
    of a first question has the whole cap, which ends with the time to reply.
    """
    waiting = [case.pk for case in cases if case.state == State.WAITING]
    if not waiting:
        return {}
    again = [clock for clock in _PAUSED.rows(**numbered("case", waiting)) if clock.pauses]
    calendar = current_calendar() if again else None
    found = {}
    for clock in again:
        if calendar is not None and clock.paused_at is not None:
            until = paused_until(clock, clock.paused_at, calendar)
            paused_for = calendar.working_minutes(clock.paused_at, until)
            found[clock.case_id] = Pause(until, calendar.add_minutes(clock.due_at, paused_for))
    return found


_PAUSED: Final = CompiledRead(
    lambda _shape, **cases: Clock.objects.filter(
        case__in=list(cases.values()), ended_at__isnull=True, paused_at__isnull=False, task__isnull=True
    ),
    is_prepared=True,
)


def pause_now(case: Case) -> Pause | None:
    """Return the pause of one case as ``pauses_now`` does; None where it lasts as long as the time to reply."""
    return pauses_now([case]).get(case.pk)


@dataclass(frozen=True)
class RemainingPause:
    """How long a question asked now would pause the clock: ``days`` working days, 0 for some hours, ``until`` when."""

    days: int
    until: datetime
    is_over: bool
    is_whole: bool


def remaining_pause(case: Case, *, at: datetime) -> RemainingPause | None:
    """Return the longest pause of the clock of ``case`` if the citizen were asked at ``at``; None where none runs."""
    clock = Clock.objects.filter(case=case, ended_at__isnull=True, paused_at__isnull=True, task__isnull=True).first()
    if clock is None:
        return None
    calendar = current_calendar()
    until = paused_until(clock, at, calendar)
    days = calendar.days_between(timezone.localdate(at), timezone.localdate(until))
    return RemainingPause(days, until, is_over=until <= at, is_whole=not clock.pauses)


# ---- How much of a clock's working time has passed: pure arithmetic on its dates, its pauses and the calendar. ----


def moment_at_share(clock: Clock, share: int, calendar: WorkingCalendar) -> datetime | None:
    """Return when ``share`` percent of the working minutes of ``clock`` have passed; None when it has none.

    The working minutes between its start and its deadline count, without those of its pauses.
    """
    whole = calendar.working_minutes(clock.started_at, clock.due_at) - _paused_minutes(clock, calendar)
    if whole <= 0:
        return None
    moment = calendar.add_minutes(clock.started_at, whole * share // 100)
    return after_pauses(clock, moment, calendar)


def after_pauses(clock: Clock, moment: datetime, calendar: WorkingCalendar) -> datetime:
    """Return ``moment`` moved later by the working time of the finished pauses that began before it."""
    for pause in sorted(clock.pauses, key=lambda span: span.lower):
        if pause.lower < moment:
            moment = calendar.add_minutes(moment, calendar.working_minutes(pause.lower, pause.upper))
    return moment


def _paused_minutes(clock: Clock, calendar: WorkingCalendar) -> int:
    return sum(calendar.working_minutes(pause.lower, pause.upper) for pause in clock.pauses)


# ---- The reminders before the deadline of a clock and the escalation levels after it: which step comes next,
# and when.


#: A missed deadline is escalated in the agency; that of a task in the agency that has the task.
ESCALATED: Final = frozenset({ClockKind.DECIDE_COMPETENCE, ClockKind.ANSWER, ClockKind.ANSWER_TASK})
#: A missed deadline is reported to the head of the unit.
OF_THE_UNIT: Final = frozenset({ClockKind.FIND_OWNER, ClockKind.DECIDE_OBJECTION})
#: The percentage of the time to reply at which the citizen is reminded.
HALF: Final = 50

_HEAD = str(Role.CMU_HEAD)


@dataclass(frozen=True)
class Step:
    """One step of a clock that is not taken yet: ``name`` as it is stored, ``share`` in percent for a reminder."""

    name: str
    on: datetime
    share: int = 0
    role: Role | None = None


def next_step(clock: Clock, taken: Collection[str], calendar: WorkingCalendar, *, at: datetime) -> Step | None:
    """Return the step that comes next on ``clock`` after those ``taken``, due or not; None when none is left.

    Of several reminders that are due the last one counts: nobody is reminded twice in one minute, nor after the miss.
    """
    missed = _missed(clock, taken, calendar)
    if missed is not None and missed.on < at:
        return missed
    reminders = _reminders(clock, taken, calendar) if at <= clock.due_at else []
    due = [step for step in reminders if step.on < at]
    return due[-1] if due else next(iter(reminders), missed)


def _reminders(clock: Clock, taken: Collection[str], calendar: WorkingCalendar) -> list[Step]:
    shares = (HALF,) if clock.kind == ClockKind.CITIZEN_REPLY else reminders()
    last = max((share for share in shares if _reminder(share) in taken), default=0)
    moments = ((share, moment_at_share(clock, share, calendar)) for share in shares if share > last)
    return [Step(_reminder(share), on, share=share) for share, on in moments if on is not None and on < clock.due_at]


def _reminder(share: int) -> str:
    return f"remind_{share}"


def _missed(clock: Clock, taken: Collection[str], calendar: WorkingCalendar) -> Step | None:
    """Return the next escalation level, the first at the deadline, each other a delay later; empty levels add none."""
    if clock.kind in OF_THE_UNIT:
        return None if _HEAD in taken else Step(_HEAD, clock.due_at, role=Role.CMU_HEAD)
    if clock.kind not in ESCALATED:
        return None
    levels = [role for role in ladder() if role not in taken and empty_level(role) not in taken]
    if not levels:
        return None
    levels_taken = sum(role in taken for role in LADDER)
    on = calendar.due(clock.due_at, levels_taken * LEVEL_DAYS) if levels_taken else clock.due_at
    return Step(str(levels[0]), on, role=levels[0])


def empty_level(role: Role) -> str:
    """Return the stored name of a level that had nobody on it."""
    return f"no_{role}"
