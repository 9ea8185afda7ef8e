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
from accounts.roles import CMU, READERS
from complaints.actions.urgency import danger_words
from complaints.attachments.responses import shown_response
from complaints.desk.case_page.action_panel import action_panel
from complaints.desk.case_page.calls import contacts_about
from complaints.desk.case_page.citizens_word import came_back_after, citizens_word
from complaints.desk.case_page.competence import competence_panel
from complaints.desk.case_page.dead_ends import dead_ends
from complaints.desk.case_page.explanations import explanations
from complaints.desk.case_page.history_lines import page_history, words_of_sections
from complaints.desk.case_page.holders_bar import holders_bar
from complaints.desk.case_page.map_link import map_url
from complaints.desk.case_page.related_cases import earlier_cases, linked_cases
from complaints.desk.directorate.findings import consultation_summaries
from complaints.desk.macros.offered import fitting_macros
from complaints.desk.news import mark_read
from complaints.desk.queue.filters import read_query
from complaints.desk.queue.options import queue_options
from complaints.desk.queue.places import ListPlace, place_in, place_in_triage
from complaints.desk.queue.tabs import StaffContext
from complaints.models import Case
from complaints.permissions import second_person
from complaints.permissions.case_permissions import case_permissions
from complaints.permissions.recusals import recused_people
from complaints.staff.case_file import read_case_file
from complaints.staff.frame import CASEWORK
from complaints.staff.handing_over import handover_status
from complaints.staff.loading import case_context, load_case
from complaints.staff.suggested import suggestion_list
from complaints.staff.work_list import WorkList
from complaints.suggestions import alike, owners
from complaints.suggestions.topic_check import topic_hint
from complaints.visibility.identity import knows_person, may_hear
from complaints.workflow import Action, State


@staff_required(CASEWORK | READERS)
@require_safe
def case_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a case: the citizen's words first, the decision beside them, the history below."""
    user, at = signed_in_user(request), timezone.now()
    case = load_case(user, ref, at=at)
    around = case_context(case, user, at=at)
    if around["knows_person"]:
        record_view(
            case.citizen, viewer=user, kind=ViewKind.CASE, about=CaseMark(case.reference, case.agency_id), at=at
        )
    if user.authority(at).has(CASEWORK):
        mark_read(case, user, at=at)
    file, permissions = read_case_file(case, user, at=at), case_permissions(case, user, at=at)
    work_list, place = _place(request, case, at=at)
    word, competence = citizens_word(case), competence_panel(case, user, at=at)
    consultations = consultation_summaries(case, at=at, shows_link=permissions.may(Action.REVOKE))
    explained = explanations(case, user, at=at)
    item = owners.for_case(case, at=at) if user.authority(at).has(CMU) else None
    context = {
        "file": file,
        "history": page_history(file.history, words_of_sections(word, competence, consultations, explained)),
        "holders": holders_bar(file.spans, file.time_held),
        "earlier_cases": earlier_cases(case, user, at=at),
        "linked_cases": linked_cases(case, user, at=at),
        "word": word,
        "explanations": explained,
        "recurrence": came_back_after(case, user, at=at),
        "map_url": map_url(around["case_visibility"]),
        "similar": alike.beside(case, user, at=at),
        "topic_hint": topic_hint(around["case_visibility"], at=at) if case.state == State.REFERRED else None,
        "correctable": case if permissions.may(Action.CLASSIFY) else None,
        "handover": handover_status(case, at=at) if permissions.pending.is_handed_over else None,
        "item": item,
        "suggestions": suggestion_list(item, request) if item else "",
        "consultations": consultations,
        "may_revoke": permissions.may(Action.REVOKE),
        "recused": recused_people(case, user, at=at),
        "is_involved": permissions.is_involved,
        "work_list": work_list,
        "action_suffix": work_list.action_suffix if work_list else "",
        "place": place,
        "unit_signs": file.proposal is not None and second_person.awaits_unit_signature(case, at=at),
        "contacts": contacts_about(case),
        "danger_words": _danger_words(case, at=at),
        "panel": action_panel(permissions, left_out=dead_ends(permissions)),
        "macros": fitting_macros(permissions),
        "opens_identity": user.authority(at).has(CMU) and not case.citizen.is_matched,
        "competence": competence,
        "may_call": around["knows_person"] and permissions.may(Action.CALL) and bool(case.citizen.phone),
        "mutes_voices": not may_hear(case, user, at=at),
        "may_transcribe": permissions.may(Action.TRANSCRIBE),
        **around,
    }
    return render(request, "complaints/desk/case_page/case.html", context)


def _danger_words(case: Case, *, at: datetime) -> str:
    return danger_words(case.subject, case.details, at=at) if case.is_urgent else ""


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
    """Hand out a file of a case, or show it: ``?as=`` photo, small or voice; a voice only to who may hear it."""
    user, at = signed_in_user(request), timezone.now()
    case = load_case(user, ref, at=at)
    attachment = get_object_or_404(case.attachments, pk=pk)
    if attachment.is_voice and not may_hear(case, user, at=at):
        raise Http404
    name = attachment.name if knows_person(case, user, at=at) else attachment.plain_name
    return shown_response(request, attachment, name=name)
