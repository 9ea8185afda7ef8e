"""The page of a case, and its files."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.identity.disclosure import CaseMark, record_view
from accounts.models import ViewKind
from accounts.roles import READERS
from agencies.models import current_calendar
from complaints.attachments.responses import shown_response
from complaints.desk.case_page.history_rows import history_rows
from complaints.desk.case_page.page_data import case_story, reader_options, surroundings
from complaints.desk.news import mark_read
from complaints.desk.queue.filters import read_query
from complaints.desk.queue.options import queue_options
from complaints.desk.queue.places import ListPlace, place_in, place_in_triage
from complaints.desk.queue.tabs import StaffContext
from complaints.models import Case
from complaints.permissions.case_permissions import case_permissions
from complaints.permissions.own_desk import reads_words
from complaints.staff.frame import CASEWORK
from complaints.staff.loading import case_context, load_case
from complaints.staff.work_list import WorkList
from complaints.visibility.identity import knows_person, may_hear


@staff_required(CASEWORK | READERS)
@require_safe
def case_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a case: the citizen's words first, the decision beside them, the history below."""
    user, at = signed_in_user(request), timezone.now()
    case = load_case(user, ref, at=at)
    calendar = current_calendar()
    around = case_context(case, user, at=at, calendar=calendar)
    if around["knows_person"]:
        record_view(
            case.citizen, viewer=user, kind=ViewKind.CASE, about=CaseMark(case.reference, case.agency_id), at=at
        )
    if user.authority(at).has(CASEWORK):
        mark_read(case, user, at=at)
    permissions = case_permissions(case, user, at=at)
    story = case_story(permissions, calendar=calendar)
    beside = surroundings(request, around["case_visibility"], permissions, at=at)
    has_proposal = story.file.proposal is not None
    options = reader_options(
        permissions, knows_person=around["knows_person"], has_proposal=has_proposal, calendar=calendar
    )
    work_list, place = _place(request, case, at=at)
    context = {
        **vars(story),
        **vars(beside),
        **vars(options),
        "work_list": work_list,
        "action_suffix": work_list.action_suffix if work_list else "",
        "place": place,
        **around,
    }
    context["history_rows"] = history_rows(story.history, {**context, "request": request})
    return render(request, "complaints/desk/case_page/case.html", context)


def _place(request: HttpRequest, case: Case, *, at: datetime) -> tuple[WorkList | None, ListPlace | None]:
    """Return the list that the case was opened from, and where it stands there; no statement without a list."""
    work_list, user = WorkList.of(request), signed_in_user(request)
    if work_list is None or not user.authority(at).has(CASEWORK):
        return None, None
    parameters = QueryDict(work_list.query).dict()
    options = queue_options(user, at=at, agency=parameters.get("agency", ""))
    staff = StaffContext(user, at, options.absent_colleagues)
    if work_list.is_triage:
        place = place_in_triage(staff, case)
    else:
        place = place_in(read_query(parameters, options), staff, case)
    return replace(work_list, following=(place and place.following) or ""), place


@staff_required(CASEWORK | READERS)
@require_safe
def case_file(request: HttpRequest, ref: str, pk: uuid.UUID) -> HttpResponseBase:
    """Hand out a file of a case, or show it: ``?as=`` photo, small or voice.

    A voice only to who may hear it, and the file of a note only to who may read the note.
    """
    user, at = signed_in_user(request), timezone.now()
    case = load_case(user, ref, at=at)
    attachment = get_object_or_404(case.attachments.select_related("event"), pk=pk)
    if attachment.event and not reads_words(attachment.event, user, at=at):
        raise Http404
    if attachment.is_voice and not may_hear(case, user, at=at):
        raise Http404
    name = attachment.name if knows_person(case, user, at=at) else attachment.plain_name
    return shown_response(request, attachment, name=name)
