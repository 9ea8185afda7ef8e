"""Notes, telephone calls, giving the case to a colleague, and handing it to an outside centre."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from accounts.identity import disclosure
from accounts.sign_in.factors.step_up import recent_factor_required
from complaints import actions
from complaints.actions.notes import NotAnOfficer, candidates
from complaints.attachments.fields import NOT_STORED
from complaints.attachments.uploads import NotStored
from complaints.desk.acts.notes.forms import GONE, AssignForm, CallForm, NoteWithFilesForm, TakeBackForm
from complaints.engine import holders
from complaints.models import SpokenWith
from complaints.staff.action_pages import ActionRequest, action_page, checked
from complaints.staff.handing_over import HandOverForm, offered_centres
from complaints.visibility.identity import knows_person
from complaints.workflow import Action, Holder

#: The field by which the page of a call asks for the number of the person.
NUMBER_FIELD: Final = "number"


def _note_form(request: ActionRequest) -> NoteWithFilesForm:
    return NoteWithFilesForm(request.data, request.files, **request.uploading)


@action_page(Action.NOTE, "complaints/desk/acts/notes/note.html", before=checked(_note_form))
def note(request: ActionRequest) -> HttpResponse:
    """Write a note for colleagues, with files."""
    form: NoteWithFilesForm = request.before
    if not request.is_sent(form):
        return request.page()
    try:
        actions.note(
            request.case, by=request.user, at=request.at, text=form.cleaned_data["text"], attachments=form.taken
        )
    except NotStored:
        form.add_error("attachments", NOT_STORED)
        return request.page()
    return request.done(gettext("Your note was saved."))


@action_page(Action.CALL, "complaints/desk/acts/notes/call.html")
def call(request: ActionRequest) -> HttpResponse:
    """Record a telephone call; ``NUMBER_FIELD`` shows the number of the person first, beside what was typed."""
    if request.data is not None and NUMBER_FIELD in request.data:
        return _page_with_number(request.http, request)
    form = CallForm(request.data)
    if not request.is_sent(form):
        return request.page()
    spoken_with = SpokenWith(form.cleaned_data["spoken_with"])
    actions.log_call(
        request.case, by=request.user, at=request.at, spoken_with=spoken_with, text=form.cleaned_data["text"]
    )
    return request.done(gettext("The call was recorded."))


@recent_factor_required()
def _page_with_number(_http: HttpRequest, request: ActionRequest) -> HttpResponse:
    """Show the page with the number, after recording who saw it for which case.

    404 where the person hid the identity from the reader.
    """
    if not knows_person(request.case, request.user, at=request.at):
        raise Http404
    shown = disclosure.reveal(
        request.case.citizen,
        viewer=request.user,
        about=disclosure.CaseMark(request.case.reference, request.case.agency_id),
        fields=("phone",),
        reason=gettext("To call about this case"),
        at=request.at,
    )
    request.form = CallForm(None, initial=request.http.POST.dict())
    return request.page(phone=shown["phone"])


@action_page(Action.ASSIGN, "complaints/desk/acts/notes/assign.html")
def assign(request: ActionRequest) -> HttpResponse:
    """Give the case to an officer of the agency."""
    others = [officer for officer in candidates(request.case, at=request.at) if officer.pk != request.case.officer_id]
    if not others:
        return request.refuse(gettext("There is no other officer in your agency today who could take the case."))
    form = AssignForm(request.data, officers=others)
    if not request.is_sent(form):
        return request.page()
    try:
        actions.assign(request.case, by=request.user, at=request.at, officer=form.chosen)
    except NotAnOfficer:
        form.add_error("officer", GONE)
        return request.page()
    return request.done(gettext("The case is now assigned to %(officer)s.") % {"officer": form.chosen.name})


@action_page(Action.HAND_OVER, "complaints/desk/acts/notes/hand_over.html")
def hand_over(request: ActionRequest) -> HttpResponse:
    """Hand the case to a centre outside the system."""
    form = HandOverForm(request.data, offered=offered_centres(request.case))
    is_sent = request.is_sent(form)
    if holders.current_holder(request.case)[0] != Holder.AGENCY:
        return request.refuse(gettext("The case is with someone else now. It must come back to your agency first."))
    if not is_sent:
        return request.page()
    reference = form.cleaned_data["reference"]
    actions.hand_over(request.case, by=request.user, at=request.at, centre=form.chosen, reference=reference)
    return request.done(gettext("The case is with %(centre)s until it answers.") % {"centre": form.chosen.name})


@action_page(Action.TAKE_BACK, "complaints/desk/acts/notes/take_back.html")
def take_back(request: ActionRequest) -> HttpResponse:
    """Record the answer of the centre and take the case back."""
    form = TakeBackForm(request.data)
    is_sent = request.is_sent(form)
    handed = holders.open_handover(request.case)
    if handed is None:
        return request.refuse(gettext("This case is not with an outside centre."))
    if not is_sent:
        return request.page(handed=handed)
    actions.take_back(request.case, by=request.user, at=request.at, answer=form.cleaned_data["text"])
    return request.done(gettext("The answer was recorded, and the case is with you again."))
