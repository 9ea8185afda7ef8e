"""The steps of the clock, in words for staff."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from accounts.roles import ESCALATION_LEVEL_NAMES, Role
from complaints.models import Case, CaseEvent
from complaints.workflow import Action
from kit.dates import day_digits


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
