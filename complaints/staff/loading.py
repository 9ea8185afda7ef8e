"""Loading a case for staff, and the context that every page about it shares."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404

from accounts.models import User
from complaints.actions.topic_answers import answers_to_show
from complaints.case_text.deadline import case_countdown, status_colour
from complaints.clocks import pauses
from complaints.models import Case
from complaints.permissions.pending import with_pending
from complaints.staff.frame import frame
from complaints.visibility.identity import StaffVisibility


def load_case(user: User, reference: str, *, at: datetime) -> Case:
    """Return the case of that number; 404 alike for one that does not exist and one the user may not see."""
    cases = Case.objects.visible_to(user, at=at).with_tags(user, at=at)
    case = with_pending(cases.for_page()).filter(reference=reference).first()
    if case is None:
        raise Http404
    return case


def case_context(case: Case, user: User, *, at: datetime) -> dict[str, Any]:
    """Return the context of the head of every page about ``case``."""
    countdown = case_countdown(case, at=at, pause=pauses.pause_now(case))
    visibility = StaffVisibility(user, at).of(case)
    return {
        "case": case,
        "case_visibility": visibility,
        "topic_answers": answers_to_show(case, knows_person=visibility.knows_person),
        "countdown": countdown,
        "state_kind": status_colour(case, countdown),
        "knows_person": visibility.knows_person,
        **frame(user, at=at, case=case),
    }
