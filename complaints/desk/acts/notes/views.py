"""Notes, telephone calls, giving the case to a colleague, and handing it to an outside centre."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.actions.notes import NotAnOfficer, candidates
from complaints.desk.acts.notes.forms import GONE, AssignForm, CallForm, NoteForm, TakeBackForm
from complaints.engine import holders
from complaints.models import SpokenWith
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.handing_over import HandOverForm, offered_centres
from complaints.workflow import Action, Holder


@action_page(Action.NOTE, "complaints/desk/acts/notes/note.html")
def note(request: ActionRequest) -> HttpResponse:
    """Write a note for colleagues."""
    form = NoteForm(request.data)
    if not request.is_sent(form):
        return request.page()
    actions.note(request.case, by=request.user, at=request.at, text=form.cleaned_data["text"])
    return request.done(gettext("Your note was saved."))


@action_page(Action.CALL, "complaints/desk/acts/notes/call.html")
def call(request: ActionRequest) -> HttpResponse:
    """Record a telephone call."""
    form = CallForm(request.data)
    if not request.is_sent(form):
        return request.page()
    spoken_with = SpokenWith(form.cleaned_data["spoken_with"])
    actions.log_call(
        request.case, by=request.user, at=request.at, spoken_with=spoken_with, text=form.cleaned_data["text"]
    )
    return request.done(gettext("The call was recorded."))


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
