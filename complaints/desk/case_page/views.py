"""The desk: its door, the page of a case and its files."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.guards import staff_required, user_of
from accounts.roles import CMU, CONTACT_CENTRE, DESK, OPERATORS, READERS, REPORT_READERS
from complaints.attachments.responses import file_response, small_response
from complaints.desk.case_page.competence import sheet_of
from complaints.desk.case_page.map_link import map_url
from complaints.desk.case_page.neighbours import earlier_of, linked_to
from complaints.desk.case_page.panel import Sight, panel_of, sight_of
from complaints.desk.directorate.findings import asked_of
from complaints.desk.directorate.members import MEMBERS
from complaints.permissions import second_person
from complaints.permissions.recusals import recused_people
from complaints.staff.case_file import open_file
from complaints.staff.frame import CASEWORK, frame
from complaints.staff.loading import case_context, load_case
from complaints.suggestions import owners
from complaints.suggestions.similar import beside as similar_beside
from complaints.visibility.identity import knows_person
from complaints.workflow import Action, Actor, State

#: Where each role's own work is; of several the first.
_DOORS = (
    (CMU, "triage"),
    (DESK, "queue"),
    (CONTACT_CENTRE, "calls"),
    (MEMBERS, "directorate-requests"),
    (REPORT_READERS, "reports"),
    (OPERATORS, "messages"),
)


@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """Send each member of staff to the own work; who has none today is told so, and how that changes."""
    user, at = user_of(request), timezone.now()
    if not user.is_staff:
        raise Http404
    authority = user.authority(at)
    for roles, name in _DOORS:
        if authority.has(roles):
            return redirect(name)
    context = {**frame(user, at=at), "has_admin": settings.ADMIN_ENABLED and user.is_operator}
    return render(request, "complaints/desk/case_page/no_desk.html", context)


@staff_required(CASEWORK | READERS)
@require_safe
def case_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a case: the citizen's words first, the decision beside them, the history below."""
    user, at = user_of(request), timezone.now()
    case = load_case(user, ref, at=at)
    around = case_context(case, user, at=at)
    papers, sight = open_file(case, user, at=at), sight_of(case, user, at=at)
    context = {
        "file": papers,
        "earlier": earlier_of(case, user, at=at),
        "linked": linked_to(case, user, at=at),
        "map_url": map_url(around["case_visibility"]),
        "similar": similar_beside(case, user, at=at),
        "item": owners.for_case(case, at=at) if user.authority(at).has(CMU) else None,
        "consultations": asked_of(case, at=at, hands_over=sight.may(Action.REVOKE)),
        "may_take_back": sight.may(Action.REVOKE),
        "aside": recused_people(case, user, at=at),
        "is_involved": _is_involved(sight),
        "signs_unit": papers.proposal is not None and second_person.awaits_unit_signature(case, at=at),
        "panel": panel_of(sight, may_correct=papers.may_correct),
        "competence": sheet_of(case, user, at=at),
        **around,
    }
    return render(request, "complaints/desk/case_page/case.html", context)


def _is_involved(sight: Sight) -> bool:
    """Tell whether somebody of the unit looks at an objection that a colleague has to decide on."""
    ruling = sight.case.state == State.OBJECTED and Actor.CMU in sight.actors
    return ruling and Actor.UNINVOLVED_CMU not in sight.actors


@staff_required(CASEWORK | READERS)
@require_safe
def file(request: HttpRequest, ref: str, pk: uuid.UUID) -> HttpResponseBase:
    """Hand a file of a case out; a photo is shown where ``?as=`` asks for it, as ``photo`` or as the ``small`` one."""
    user, at = user_of(request), timezone.now()
    case = load_case(user, ref, at=at)
    attachment = get_object_or_404(case.attachments, pk=pk)
    if request.GET.get("as") == "small":
        return small_response(attachment)
    is_named = knows_person(case, user, at=at)
    name = attachment.name if is_named else attachment.plain_name
    return file_response(attachment, name=name, shown=request.GET.get("as") == "photo")
