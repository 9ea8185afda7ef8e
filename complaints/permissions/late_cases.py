"""What may be asked for while an agency is late: by the citizen a reminder and the unit, by its leadership why."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone

from agencies.calendar import AMMAN, WorkingCalendar
from complaints.clocks import clockwork
from complaints.clocks.clockwork import empty_level
from complaints.models import Case, Clock, Explanation
from complaints.workflow import AT_AGENCY, Action


def allows(case: Case, action: Action, *, at: datetime) -> bool:
    """Tell whether the delay of ``case`` allows ``action``; any other action does not ask for one."""
    match action:
        case Action.REMIND_AGENCY:
            return is_late_at_agency(case, at=at)
        case Action.ASK_UNIT:
            return may_ask_unit(case, at=at)
        case Action.ASK_EXPLANATION:
            return is_late_at_agency(case, at=at)
        case Action.EXPLAIN:
            return open_explanation(case) is not None
        case _:
            return True


def open_explanation(case: Case) -> Explanation | None:
    """Return what the leadership of the agency that has ``case`` asked and nobody answered yet; one statement."""
    asked = case.explanations.open().filter(agency=case.agency_id)
    return asked.select_related("asked_by").first()


def is_late_at_agency(case: Case, *, at: datetime) -> bool:
    """Tell whether an agency has to act on ``case`` and has missed the day."""
    return case.state in AT_AGENCY and case.is_late(at=at)


def may_ask_unit(case: Case, *, at: datetime) -> bool:
    """Tell whether every escalation level was told of the delay, and the unit was not asked yet; one statement."""
    return is_late_at_agency(case, at=at) and case.unit_asked_at is None and _all_levels_were_told(case)


def _all_levels_were_told(case: Case) -> bool:
    running = Clock.objects.filter(case=case, ended_at__isnull=True, paused_at__isnull=True, task__isnull=True)
    taken = set(running.values_list("steps__step", flat=True))
    return all(taken & {str(role), empty_level(role)} for role in clockwork.ladder())


def reminds_again_on(case: Case, *, at: datetime, calendar: WorkingCalendar) -> date | None:
    """Return the day on which the citizen may remind the agency again, None if they may at once; one statement.

    A working day lasts until the next one begins: who reminded on Thursday may again on Sunday.
    """
    today = timezone.localdate(at, AMMAN)
    begun = today if calendar.is_working_day(today) else calendar.working_day_before(today)
    since = datetime.combine(begun, time.min, AMMAN)
    if not case.events.filter(action=Action.REMIND_AGENCY, at__gte=since).exists():
        return None
    return calendar.working_day_after(today)
