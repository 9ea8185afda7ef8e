"""How far a promised date can be extended: never into the past, and only up to a limit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from agencies.calendar import AMMAN, WorkingCalendar
from complaints.clocks import clockwork
from complaints.clocks.clockwork import after_pauses
from complaints.models import Case, Clock
from complaints.workflow import ClockKind
from complaints.workflow.refusals import ActionRefused
from kit.compiled_reads import CompiledRead


class ExtensionTooLate(ActionRefused):
    """The new date lies beyond ``latest``, the last day an extension can reach."""

    def __init__(self, latest: date) -> None:
        super().__init__(f"an extension must not reach beyond {latest}")
        self.latest = latest


class ExtensionPast(ActionRefused):
    """The new date is in the past: the promise has been missed by more than the days asked for."""


class AlreadyProposed(ActionRefused):
    """Another extension is proposed already and waits for a decision."""


def promise_clock(case: Case) -> Clock | None:
    """Return the clock of the promise of ``case``, paused while the citizen is asked; None if nothing is promised."""
    return _PROMISE.first(None, {"case": case}, case=case.pk)


def require_promise_clock(case: Case) -> Clock:
    """Return the clock of the promise of ``case``; raise ``Clock.DoesNotExist`` if nothing is promised."""
    found = promise_clock(case)
    if found is None:
        raise Clock.DoesNotExist
    return found


_PROMISE: Final = CompiledRead(
    lambda _shape, *, case: Clock.objects.filter(
        case=case, kind=ClockKind.ANSWER, ended_at__isnull=True, task__isnull=True
    ),
    is_prepared=True,
)


def latest_day(case: Case, clock: Clock, *, calendar: WorkingCalendar) -> date:
    """Return the last day to which the promise can be moved: double the topic's limit, counted from filing.

    It is never earlier than the limit counted from the first promise, which includes the time the citizen was asked
    and a reopening. Our own rule: the service publishes no figure.
    """
    days = case.limit_days
    doubled = calendar.due(case.limit_from, 2 * days)
    return timezone.localdate(max(doubled, calendar.due(clock.first_due_at, days)))


def later(case: Case, clock: Clock, *, days: int, at: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the moment ``days`` working days (1 or more) after the promise of ``clock``.

    Raises ``ExtensionPast`` and ``ExtensionTooLate``.
    """
    due = calendar.due(clock.due_at, days)
    if due <= at:
        raise ExtensionPast
    latest = latest_day(case, clock, calendar=calendar)
    if timezone.localdate(due) > latest:
        raise ExtensionTooLate(latest)
    return due


def granted_on(case: Case, clock: Clock, *, days: int, at: datetime, calendar: WorkingCalendar) -> date | None:
    """Return the day to which ``days`` working days move the promise as it stands now; None if they no longer can."""
    try:
        return timezone.localdate(later(case, clock, days=days, at=at, calendar=calendar))
    except (ExtensionPast, ExtensionTooLate):
        return None


def most_days(case: Case, clock: Clock, *, calendar: WorkingCalendar) -> int:
    """Return by how many working days the promise can still be extended; 0 when it cannot be."""
    latest, promised = latest_day(case, clock, calendar=calendar), timezone.localdate(clock.due_at)
    return calendar.days_between(promised, latest) if promised < latest else 0


def is_possible(case: Case, *, at: datetime, calendar: WorkingCalendar) -> bool:
    """Tell whether the promise of ``case`` can be moved to a day that is still to come.

    No statement where the doubled limit leaves days even if all days were working days, one where it does not.
    """
    doubled = timezone.localdate(case.limit_from + 2 * timedelta(days=case.limit_days))
    if case.promised_on is not None and doubled > max(case.promised_on, timezone.localdate(at)):
        return True
    clock = require_promise_clock(case)
    most = most_days(case, clock, calendar=calendar)
    return most > 0 and calendar.due(clock.due_at, most) > at


# ---- The date of a promise after the topic of its case was corrected: earlier where the topic asks for it,
# never later.


def earlier_due(clock: Clock, case: Case, *, days: int, at: datetime, calendar: WorkingCalendar) -> datetime | None:
    """Return when ``clock`` is due by a limit of ``days`` working days; None where the promise is no later than that.

    A date that was granted later may be twice as far, as ``extensions.latest_day`` says. Pauses count, and there is
    always one working day left from ``at``.
    """
    was_extended = clock.due_at > clock.first_due_at
    limit = after_pauses(clock, calendar.due(case.limit_from, 2 * days if was_extended else days), calendar)
    limit = max(limit, calendar.due(at, 1))
    return limit if timezone.localdate(limit) < timezone.localdate(clock.due_at) else None


def move_earlier(clock: Clock, *, due: datetime) -> None:
    """Set the date of ``clock`` to the earlier ``due``; reminders are computed anew."""
    clockwork.move(clock, first=min(clock.first_due_at, due), due=due)
    clock.save(update_fields=clockwork.MOVED)


# ---- Until when a deadline counts as due soon: one rule for queue, list, digest and figures. ----


#: A case is due soon through the end of this many working days after today, so that a weekend hides nothing.
SOON_DAYS = 2


def soon_ends(at: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the moment from which a deadline is no longer due soon, seen from ``at``: a midnight in Amman."""
    day = timezone.localdate(at, AMMAN)
    for _ in range(SOON_DAYS):
        day = calendar.working_day_after(day)
    return datetime.combine(day + timedelta(days=1), time.min, AMMAN)
