"""How far a deadline is, how late a case, how long each party held it, and what a directorate estimates, in words."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.roles import ESCALATION_LEVEL_NAMES, Role
from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import current_calendar
from complaints.clocks import clockwork
from complaints.clocks.clockwork import ESCALATED, Pause, next_step
from complaints.clocks.extensions import soon_ends
from complaints.models import Case, CaseEvent, Clock, Consultation, Estimate, Holding, ListedCase
from complaints.workflow import Action, ClockKind, Holder, State
from kit.dates import day_digits
from kit.unit import unit_name

# ---- How long each party held a case, in working time: whole minutes that add up to the whole. ----


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class HeldSpan:
    """One holder of a case, since when and until when, and its whole working minutes."""

    name: str
    holder: Holder
    since: datetime
    until: datetime | None
    minutes: int

    @property
    def words(self) -> str:
        """Return the time in words."""
        return minutes_words(self.minutes)


@dataclass(frozen=True)
class TimeHeld:
    """One party and the whole working minutes it held a case, over all its spans."""

    name: str
    holder: Holder
    minutes: int
    is_now: bool

    @property
    def words(self) -> str:
        """Return the time in words."""
        return minutes_words(self.minutes)


class WorkingTime:
    """Working time between moments of one span of days, each day looked up in the calendar once.

    Counts like ``WorkingCalendar.working_minutes``, but keeps the seconds, so that parts add up to the whole.
    """

    def __init__(self, calendar: WorkingCalendar, since: datetime, until: datetime) -> None:
        self._calendar = calendar
        self._first, self._last = _local_day(since), _local_day(until)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from ``start`` to ``end``, both within the span; none when ``end`` is not later."""
        return max(timedelta(), self._until(end) - self._until(start))

    def _until(self, moment: datetime) -> timedelta:
        """Return the working time from the first day of the span to ``moment``."""
        place = bisect_right(self._days, _local_day(moment)) - 1
        opened, closed = self._windows[place]
        return self._before[place] + max(timedelta(), min(closed, moment) - opened)

    @cached_property
    def _days(self) -> list[date]:
        return [self._first + _DAY * n for n in range((self._last - self._first).days + 1)]

    @cached_property
    def _windows(self) -> list[tuple[datetime, datetime]]:
        calendar = self._calendar
        return [
            (calendar.opening(day), calendar.closing(day) if calendar.is_working_day(day) else calendar.opening(day))
            for day in self._days
        ]

    @cached_property
    def _before(self) -> list[timedelta]:
        return list(accumulate((closed - opened for opened, closed in self._windows), initial=timedelta()))


# ---- one case ----


def totals(case: Case, *, at: datetime, calendar: WorkingCalendar) -> dict[Holder, int]:
    """Return the working minutes each kind of holder held ``case`` until ``at``; one statement."""
    found: dict[Holder, int] = defaultdict(int)
    for span in held_spans(list(case.holdings.select_related("agency", "directorate")), at=at, calendar=calendar):
        found[span.holder] += span.minutes
    return dict(found)


def working_time(holdings: Sequence[Holding], *, at: datetime, calendar: WorkingCalendar) -> WorkingTime:
    """Return the working time for the span from the first of ``holdings``, oldest first, to ``at``."""
    ends = [at, *(_end(row, at) for row in holdings)]
    return WorkingTime(calendar, holdings[0].started_at if holdings else at, max(ends))


def held_spans(holdings: Sequence[Holding], *, at: datetime, calendar: WorkingCalendar) -> list[HeldSpan]:
    """Return the spans of a case until ``at`` with their working time.

    ``holdings`` are the case's, oldest first, with their agency and directorate.
    """
    clock = working_time(holdings, at=at, calendar=calendar)
    minutes = whole_minutes([clock.between(row.started_at, _end(row, at)) for row in holdings])
    return [
        HeldSpan(holder_name(row), Holder(row.holder), row.started_at, row.ended_at, length)
        for row, length in zip(holdings, minutes, strict=True)
    ]


def whole_minutes(times: Sequence[timedelta]) -> list[int]:
    """Return ``times`` in minutes that add up to the whole minutes of their sum.

    Each is rounded down; the minutes that are left go to the largest remainders.
    """
    minutes = [time // _MINUTE for time in times]
    left = sum(times, timedelta()) // _MINUTE - sum(minutes)
    for place in sorted(range(len(times)), key=lambda place: times[place] % _MINUTE, reverse=True)[:left]:
        minutes[place] += 1
    return minutes


def held_by(spans: Iterable[HeldSpan]) -> list[TimeHeld]:
    """Return each party that held a case, in the order of its first span, with its working time."""
    found: dict[tuple[str, str], TimeHeld] = {}
    for span in spans:
        before = found.get((span.holder, span.name))
        minutes = span.minutes + (before.minutes if before else 0)
        found[span.holder, span.name] = TimeHeld(span.name, span.holder, minutes, span.until is None)
    return list(found.values())


def holder_name(holding: Holding) -> str:
    """Return who held the case: the directorate or the agency by name, other parties by their kind."""
    where = holding.directorate or holding.agency
    if where is not None:
        return where.name
    return unit_name() if holding.holder == Holder.CMU else str(Holder(holding.holder).label)


def working_words(time: timedelta) -> str:
    """Return a length of working time in hours, or in minutes below one hour, rounded down."""
    if time < _MINUTE:
        return gettext("less than a working minute")
    if time < _HOUR:
        count = time // _MINUTE
        return ngettext("%(count)s working minute", "%(count)s working minutes", count) % {"count": count}
    count = time // _HOUR
    return ngettext("%(count)s working hour", "%(count)s working hours", count) % {"count": count}


def minutes_words(minutes: int) -> str:
    """Return working time in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    words = working_words(_MINUTE * minutes)
    if not hours or not rest:
        return words
    rest_words = ngettext("%(count)s minute", "%(count)s minutes", rest) % {"count": rest}
    return gettext("%(hours)s and %(minutes)s") % {"hours": words, "minutes": rest_words}


def _end(holding: Holding, at: datetime) -> datetime:
    return holding.ended_at or at


def _local_day(moment: datetime) -> date:
    return moment.astimezone(AMMAN).date()


# ---- A directorate's estimates with the days they end on, and the last day the agency promised or can promise. ----


#: The numbers of working days for which a page shows the resulting day.
OFFERED: Final = (1, 2, 3, 5, 10)


@dataclass(frozen=True)
class GivenEstimate:
    """One estimate of a directorate: working days, the day they end on, and the reason of a change."""

    days: int
    until: date
    reason: str
    at: datetime

    @property
    def words(self) -> str:
        """Return the number of working days in words."""
        return days_label(self.days)


@dataclass(frozen=True)
class LatestEstimate:
    """The last day for the answer: the promised one, or the last that can be promised."""

    on: date
    is_promised: bool


def given_estimates(estimates: Iterable[Estimate], *, calendar: WorkingCalendar) -> list[GivenEstimate]:
    """Return the estimates in their order."""
    return [
        GivenEstimate(one.days, timezone.localdate(calendar.due(one.at, one.days)), one.reason, one.at)
        for one in estimates
    ]


def days_label(count: int) -> str:
    """Return a number of working days in words."""
    return ngettext("%(count)s working day", "%(count)s working days", count) % {"count": count}


def latest_estimate(case: Case, *, at: datetime, calendar: WorkingCalendar) -> LatestEstimate:
    """Return the day by which the citizen is to have the answer to ``case``."""
    if case.promised_on is not None:
        return LatestEstimate(case.promised_on, is_promised=True)
    return LatestEstimate(clockwork.latest_promise(case, at=at, calendar=calendar), is_promised=False)


def offers(*, at: datetime, calendar: WorkingCalendar) -> list[tuple[int, date]]:
    """Return some numbers of working days with the day each ends on, for pages without script."""
    return [(days, timezone.localdate(calendar.due(at, days))) for days in OFFERED]


def left_for(asked: Consultation | None, *, at: datetime, most: int, calendar: WorkingCalendar) -> int | None:
    """Return the working days left of the directorate's estimate, from 1 to ``most``; None where it gave none."""
    last = asked.estimates.last() if asked is not None else None
    if last is None:
        return None
    until = timezone.localdate(calendar.due(last.at, last.days))
    return max(1, min(most, calendar.days_between(timezone.localdate(at), until)))


_DEADLINE_DAY, _DEADLINE_HOUR, _DEADLINE_MINUTE = 86_400, 3_600, 60


@dataclass(frozen=True)
class Countdown:
    """How far a deadline is: ``level`` is late, soon, ok or nothing, ``words`` say it."""

    level: str
    words: str


def case_countdown(
    case: Case | ListedCase, *, at: datetime, calendar: WorkingCalendar, pause: Pause | None = None
) -> Countdown:
    """Return how far the deadline of ``case`` is; while the citizen is asked the clock is paused, up to a limit.

    ``pause`` is that of ``clocks.pauses`` for a case that waits for its citizen.
    """
    if case.deadline_at is None:
        return Countdown("", "")
    if case.state == State.WAITING:
        return _paused(pause, at=at, calendar=calendar)
    return countdown_to(case.deadline_at, at=at, calendar=calendar)


def _paused(pause: Pause | None, *, at: datetime, calendar: WorkingCalendar) -> Countdown:
    if pause is None:
        return Countdown("", gettext("deadline paused"))
    if at < pause.until:
        words = gettext("deadline paused until %(day)s at the latest")
        return Countdown("", words % {"day": day_digits(pause.until_on)})
    running = countdown_to(pause.due_at, at=at, calendar=calendar)
    return Countdown(running.level, gettext("deadline running again: %(left)s") % {"left": running.words})


def countdown_to(due_at: datetime, *, at: datetime, calendar: WorkingCalendar) -> Countdown:
    """Return how far ``due_at`` is from ``at`` in working time: in working days, on the last day in working hours."""
    today, due_on = timezone.localdate(at, AMMAN), timezone.localdate(due_at, AMMAN)
    if due_at < at:
        days = calendar.days_between(due_on, today)
        span = days_label(days) if days else gettext("less than a working day")
        return Countdown("late", gettext("late by %(span)s") % {"span": span})
    days = calendar.days_between(today, due_on)
    span = days_label(days) if days else working_words(timedelta(minutes=calendar.working_minutes(at, due_at)))
    words = gettext("%(span)s left") % {"span": span}
    return Countdown("soon" if due_at < soon_ends(at, calendar) else "ok", words)


def span_label(span: timedelta) -> str:
    """Return a length of time in its largest unit, rounded down."""
    seconds = int(span.total_seconds())
    if seconds >= _DEADLINE_DAY:
        count = seconds // _DEADLINE_DAY
        return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
    if seconds >= _DEADLINE_HOUR:
        count = seconds // _DEADLINE_HOUR
        return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}
    if seconds >= _DEADLINE_MINUTE:
        count = seconds // _DEADLINE_MINUTE
        return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}
    return gettext("less than a minute")


_TAGS: dict[str, str] = {
    State.TRIAGE: "warn",
    State.REFERRED: "warn",
    State.IN_PROGRESS: "info",
    State.WAITING: "wait",
    State.OBJECTED: "warn",
    State.CLOSED: "ok",
}


def status_colour(case: Case | ListedCase, countdown: Countdown) -> str:
    """Return the colour of a case's status: red once it is late."""
    return "bad" if countdown.level == "late" else _TAGS[case.state]


# ---- How late a case is, in the same words everywhere: how many working days, who has it since when, what
# comes next.


@dataclass(frozen=True)
class Lateness:
    """One late case: ``label`` is the mark of a list, the others are sentences, empty where there is nothing to say."""

    label: str
    holder: str
    told: str
    next: str

    def __str__(self) -> str:
        return " ".join(filter(None, [f"{self.label}.", self.holder, self.told, self.next]))


def lateness(case: Case, *, at: datetime) -> Lateness | None:
    """Return how late ``case`` is, None when it is not: no statement then, else four."""
    return late_cases([case], at=at).get(case.pk)


def message_words(clock: Clock, taken: Collection[str], calendar: WorkingCalendar, *, at: datetime) -> str:
    """Return what a message says of a clock that has missed its day, after the steps ``taken``; no statement."""
    return " ".join(filter(None, [f"{late_label(clock.due_at, calendar, at)}.", _next(clock, taken, calendar, at)]))


def late_cases(cases: Iterable[Case], *, at: datetime) -> Mapping[int, Lateness]:
    """Return by key how late those of ``cases`` are that are late; four statements however many are, none without.

    A case that waits for its citizen is late for nobody.
    """
    late = {case.pk: case for case in cases if case.state != State.WAITING and case.is_late(at=at)}
    if not late:
        return {}
    calendar = current_calendar()
    holdings = {row.case_id: row for row in open_holdings(late)}
    clocks = {row.case_id: row for row in _running_clocks(late)}
    steps = {key: frozenset(row.step for row in clock.steps.all()) for key, clock in clocks.items()}
    return {
        key: Lateness(
            label=late_label(case.deadline_at or at, calendar, at),
            holder=holder_words(holdings.get(key)),
            told=_levels_sentence(steps.get(key, frozenset())),
            next=_next(clocks.get(key), steps.get(key, frozenset()), calendar, at),
        )
        for key, case in late.items()
    }


def open_holdings(keys: Collection[int]) -> Iterable[Holding]:
    """Return who has each of the cases with ``keys`` now; one statement."""
    return Holding.objects.filter(case__in=keys, ended_at__isnull=True).select_related("agency", "directorate")


def _running_clocks(keys: Collection[int]) -> Iterable[Clock]:
    running = Clock.objects.filter(case__in=keys, ended_at__isnull=True, paused_at__isnull=True, task__isnull=True)
    return running.exclude(kind=ClockKind.MAY_OBJECT).prefetch_related("steps")


def late_label(due_at: datetime, calendar: WorkingCalendar, at: datetime) -> str:
    """Return how many working days ago ``due_at`` was, or since when it is late where that was today."""
    due = timezone.localdate(due_at)
    days = calendar.days_between(due, timezone.localdate(at))
    if days == 0:
        return gettext("Late since %(day)s") % {"day": day_digits(due)}
    return ngettext("Late by %(count)s working day", "Late by %(count)s working days", days) % {"count": days}


def holder_words(holding: Holding | None) -> str:
    """Return who has the case and since when as a sentence, empty where nobody has it."""
    if holding is None:
        return ""
    since = day_digits(timezone.localdate(holding.started_at))
    return gettext("Now with: %(holder)s, since %(day)s.") % {"holder": holder_name(holding), "day": since}


def _levels_sentence(taken: Collection[str]) -> str:
    names = [str(name) for role, name in ESCALATION_LEVEL_NAMES.items() if role in taken]
    if Role.CMU_HEAD in taken:
        names.append(gettext("the head of the %(unit)s") % {"unit": unit_name()})
    return gettext("The delay was reported to: %(levels)s.") % {"levels": gettext(", ").join(names)} if names else ""


def _next(clock: Clock | None, taken: Collection[str], calendar: WorkingCalendar, at: datetime) -> str:
    """Return which step comes next and on which day; what is overdue itself comes today."""
    if clock is None:
        return ""
    step = next_step(clock, taken, calendar, at=at)
    if step is None:
        return gettext("Everyone who must be told of the delay has been told.") if clock.kind in ESCALATED else ""
    words = {"day": day_digits(timezone.localdate(max(step.on, at))), "unit": unit_name()}
    if step.role == Role.CMU_HEAD:
        return gettext("Next step on %(day)s: the head of the %(unit)s is told.") % words
    return (
        gettext("Next step on %(day)s: we report the delay to the next level of management and to the %(unit)s.")
        % words
    )


# ---- The steps of the clock, in words for staff. ----


def clock_particulars(event: CaseEvent) -> str:
    """Return the details of a step of the clock: share, escalation level or dates; empty for any other event."""
    if event.actor_id is not None:
        return ""
    match event.action:
        case Action.REMIND:
            share = event.step.removeprefix("remind_")
            return gettext("%(share)s%% of the time has passed") % {"share": share} if share else ""
        case Action.ESCALATE:
            return _level(event)
        case Action.RECALCULATE:
            old, new = event.moved_due
            return gettext("from %(old)s to %(new)s") % {"old": _day(old), "new": _day(new)}
    return ""


def _level(event: CaseEvent) -> str:
    if event.step not in ESCALATION_LEVEL_NAMES:
        return ""
    level = str(ESCALATION_LEVEL_NAMES[Role(event.step)])
    return gettext("%(level)s (vacant)") % {"level": level} if event.found_nobody else level


def _day(moment: datetime) -> str:
    return day_digits(timezone.localdate(moment))


def has_moved(case: Case, *, since: int) -> bool:
    """Tell whether anything but reminders, escalations and a citizen's push was recorded after event ``since``.

    Those change nothing that a person decides on, so that a form filled in meanwhile stays valid.
    """
    later = case.events.filter(number__gt=since).exclude(action__in=[Action.REMIND_AGENCY, Action.ASK_UNIT])
    return later.exclude(actor__isnull=True, action__in=[Action.REMIND, Action.ESCALATE]).exists()
