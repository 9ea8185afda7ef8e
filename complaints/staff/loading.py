"""Loading a case for staff, and the context that every page about it shares."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, cast

from django.http import Http404
from django.utils import timezone

from accounts.models import User
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.actions.topic_answers import answers_to_show
from complaints.case_text.deadline import case_countdown, status_colour
from complaints.clocks import clockwork
from complaints.models import Case, CaseQuerySet
from complaints.permissions.case_parts import with_parts
from complaints.permissions.pending import with_pending
from complaints.permissions.reader_shapes import ANY_MOMENT, ReaderShape, reader_shape
from complaints.staff.frame import frame
from complaints.visibility.identity import StaffVisibility
from complaints.workflow import Kind, State
from kit.compiled_reads import CompiledRead


def load_case(user: User, reference: str, *, at: datetime) -> Case:
    """Return the case of that number; 404 alike for one that does not exist and one the user may not see."""
    shape, values = reader_shape(user, at=at)
    case = _CASE.first(shape, reference=reference, **values)
    if case is None:
        raise Http404
    return case


def _case(shape: ReaderShape, *, reference: str, **values: Any) -> CaseQuerySet:
    reader = cast("User", shape.reader(values))
    cases = Case.objects.visible_to(reader, at=ANY_MOMENT).with_tags(reader, at=ANY_MOMENT)
    return with_parts(with_pending(cases.for_page())).filter(reference=reference)


_CASE: Final = CompiledRead(_case, is_prepared=True)


def case_context(case: Case, user: User, *, at: datetime, calendar: WorkingCalendar | None = None) -> dict[str, Any]:
    """Return the context of the head of every page about ``case``; a known ``calendar`` spares a statement."""
    calendar = calendar or current_calendar()
    countdown = case_countdown(case, at=at, calendar=calendar, pause=clockwork.pause_now(case))
    visibility = StaffVisibility(user, at).of(case)
    return {
        "case": case,
        "case_visibility": visibility,
        "topic_answers": answers_to_show(case, knows_person=visibility.knows_person),
        "countdown": countdown,
        "answer_by": _earlier_limit(case, at=at, calendar=calendar),
        "state_kind": status_colour(case, countdown),
        "knows_person": visibility.knows_person,
        "for_officer": user.authority(at).acts_for(case.officer_id),
        **frame(user, at=at, case=case),
    }


def _earlier_limit(case: Case, *, at: datetime, calendar: WorkingCalendar) -> date | None:
    """Return the last day for the answer where it comes before the last day to accept or decline."""
    if case.state != State.REFERRED or case.kind == Kind.PRAISE or case.deadline_at is None:
        return None
    latest = clockwork.latest_promise(case, at=at, calendar=calendar)
    return latest if latest < timezone.localdate(case.deadline_at) else None
