"""The pages of what the desk does beside its decisions: notes, calls, colleagues, centres outside."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from agencies.models import OutsideCentre
from complaints import actions
from complaints.actions.notes import NotAnOfficer, candidates
from complaints.desk.acts.notes.forms import GONE, AssignForm, CallForm, HandOverForm, NoteForm, TakeBackForm
from complaints.engine import holders
from complaints.models import SpokenWith
from complaints.staff.acts import Doing, act
from complaints.workflow import Action, Holder


@act(Action.NOTE, "complaints/desk/acts/notes/note.html")
def note(doing: Doing) -> HttpResponse:
    """Write a note for colleagues."""
    form = NoteForm(doing.data)
    if not doing.is_sent(form):
        return doing.page()
    actions.note(doing.case, by=doing.user, at=doing.at, text=form.cleaned_data["text"])
    return doing.done(gettext("Your note was saved."))


@act(Action.CALL, "complaints/desk/acts/notes/call.html")
def call(doing: Doing) -> HttpResponse:
    """Record a telephone call."""
    form = CallForm(doing.data)
    if not doing.is_sent(form):
        return doing.page()
    spoken_with = SpokenWith(form.cleaned_data["spoken_with"])
    actions.log_call(doing.case, by=doing.user, at=doing.at, spoken_with=spoken_with, text=form.cleaned_data["text"])
    return doing.done(gettext("The call was recorded."))


@act(Action.ASSIGN, "complaints/desk/acts/notes/assign.html")
def assign(doing: Doing) -> HttpResponse:
    """Give the case to an officer of the agency."""
    others = [one for one in candidates(doing.case, at=doing.at) if one.pk != doing.case.officer_id]
    if not others:
        return doing.refuse(gettext("There is no other officer in your agency today to whom the case could go."))
    form = AssignForm(doing.data, officers=others)
    if not doing.is_sent(form):
        return doing.page()
    try:
        actions.assign(doing.case, by=doing.user, at=doing.at, officer=form.chosen)
    except NotAnOfficer:
        form.add_error("officer", GONE)
        return doing.page()
    return doing.done(gettext("The case is now with %(officer)s.") % {"officer": form.chosen.name})


@act(Action.HAND_OVER, "complaints/desk/acts/notes/hand_over.html")
def hand_over(doing: Doing) -> HttpResponse:
    """Hand the case to a centre outside the system."""
    form = HandOverForm(doing.data, centres=_centres(doing))
    is_sent = doing.is_sent(form)
    if holders.current_holder(doing.case)[0] != Holder.AGENCY:
        return doing.refuse(gettext("Somebody else has the case in hand. Take it back first."))
    if not is_sent:
        return doing.page()
    reference = form.cleaned_data["reference"]
    actions.hand_over(doing.case, by=doing.user, at=doing.at, centre=form.chosen, reference=reference)
    return doing.done(gettext("The case is with %(centre)s until it answers.") % {"centre": form.chosen.name})


@act(Action.TAKE_BACK, "complaints/desk/acts/notes/take_back.html")
def take_back(doing: Doing) -> HttpResponse:
    """Record the answer of the centre and take the case back."""
    form = TakeBackForm(doing.data)
    is_sent = doing.is_sent(form)
    handed = holders.open_handover(doing.case)
    if handed is None:
        return doing.refuse(gettext("No outside centre has this case."))
    if not is_sent:
        return doing.page(handed=handed)
    actions.take_back(doing.case, by=doing.user, at=doing.at, answer=form.cleaned_data["text"])
    return doing.done(gettext("The answer was recorded, and the case is with you again."))


def _centres(doing: Doing) -> list[OutsideCentre]:
    """Return the centres, those of the case's own agency first."""
    own = doing.case.agency_id
    return sorted(OutsideCentre.objects.all(), key=lambda centre: (centre.agency_id != own, centre.code))
