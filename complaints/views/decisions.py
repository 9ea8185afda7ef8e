"""What the desk of an agency decides on a case: accept, decline, return, ask, a later date, close, sign, take back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.models import current_calendar
from complaints import notices, panel, verbs
from complaints.casefile import pending_of
from complaints.desk import agencies_but
from complaints.forms.desk import AcceptForm, AskForm, CloseForm, ExtendForm, RefuseForm
from complaints.models import AnswerState, ExtensionState
from complaints.views.acts import Doing, act
from complaints.workflow import Act, Verb
from config.forms import Form

if TYPE_CHECKING:
    from complaints.models import Answer
    from notifications.models import Message


@act(Verb.ACCEPT, "complaints/desk/accept.html")
def accept(doing: Doing) -> HttpResponse:
    """Take the case on: the directorate and the time, then the message to the citizen, and only then the act."""
    case, at = doing.case, doing.at
    directorates = list(case.agency.directorates.filter(is_active=True)) if case.agency else []
    form = AcceptForm(doing.data, case=case, directorates=directorates, calendar=current_calendar(), at=at)
    if not doing.is_sent(form):
        return doing.page(offers=form.offers(), message=_checked(doing, "case_accepted", form.due))
    days, directorate = form.cleaned_data["days"], form.chosen_directorate
    verbs.accept(case, by=doing.user, at=at, days=days, directorate=directorate)
    return doing.done(gettext("You accepted the case. The citizen is being told."))


@act(Verb.DECLINE, "complaints/desk/refuse.html")
def decline(doing: Doing) -> HttpResponse:
    """Say that the case is not the agency's."""
    form = RefuseForm(doing.data, agencies=agencies_but(doing.case, on=timezone.localdate(doing.at)))
    if not doing.is_sent(form):
        return doing.page()
    words = {"reason": form.cleaned_data["reason"], "text": form.cleaned_data["text"]}
    verbs.decline(doing.case, by=doing.user, at=doing.at, proposed_agency=form.chosen_agency, **words)
    return doing.done(gettext("You declined the case. The unit finds the right agency for it."))


@act(Verb.RETURN, "complaints/desk/refuse.html")
def return_case(doing: Doing) -> HttpResponse:
    """Say after accepting that the case proved not the agency's."""
    form = RefuseForm(doing.data, agencies=agencies_but(doing.case, on=timezone.localdate(doing.at)))
    if not doing.is_sent(form):
        return doing.page(returning=True)
    words = {"reason": form.cleaned_data["reason"], "text": form.cleaned_data["text"]}
    verbs.return_case(doing.case, by=doing.user, at=doing.at, proposed_agency=form.chosen_agency, **words)
    return doing.done(gettext("You returned the case. The unit finds the right agency for it."))


@act(Verb.ASK, "complaints/desk/ask.html")
def ask(doing: Doing) -> HttpResponse:
    """Ask the citizen one question; the time limit stands still meanwhile."""
    form = AskForm(doing.data)
    if not doing.is_sent(form):
        return doing.page()
    verbs.ask(doing.case, by=doing.user, at=doing.at, text=form.cleaned_data["text"])
    return doing.done(gettext("Your question was sent. The time limit stands still until the reply."))


@act(Act.PROPOSE_EXTENSION, "complaints/desk/extend.html")
def extend(doing: Doing) -> HttpResponse:
    """Propose a later date."""
    form = ExtendForm(doing.data)
    if pending_of(doing.case).extension:
        return doing.refuse(gettext("A later date is already proposed and waits for a decision."))
    if not doing.is_sent(form):
        return doing.page()
    days, reason = form.cleaned_data["days"], form.cleaned_data["reason"]
    verbs.propose_extension(doing.case, by=doing.user, at=doing.at, days=days, reason=reason)
    return doing.done(gettext("You proposed a later date. It holds once it is granted."))


@act(Verb.EXTEND, "complaints/desk/grant.html")
def grant(doing: Doing) -> HttpResponse:
    """Grant the later date that is proposed."""
    if not panel.sight_of(doing.case, doing.user, at=doing.at).may_grant_date:
        raise Http404
    extension = doing.case.extensions.select_related("proposed_by").get(state=ExtensionState.PROPOSED)
    if not doing.is_sent(Form(doing.data)):
        message = notices.preview("case_new_date", case=doing.case, on=extension.new_on, at=doing.at)
        return doing.page(extension=extension, message=message)
    verbs.extend(doing.case, by=doing.user, at=doing.at)
    return doing.done(gettext("You granted the later date. The citizen is being told."))


@act(Verb.CLOSE, "complaints/desk/close.html")
def close(doing: Doing) -> HttpResponse:
    """Answer: the outcome and the two fields, then what the citizen will read, and only then the act."""
    proposal = _proposal(doing)
    form = CloseForm(doing.data, case=doing.case, proposal=proposal)
    if not doing.is_sent(form):
        message = _checked(doing, notices.answered(form["outcome"].value()), None)
        return doing.page(message=message, outcome=form.outcome_words, proposal=proposal)
    outcome, found, done = (form.cleaned_data[name] for name in ("outcome", "found", "done"))
    answer = verbs.close(doing.case, by=doing.user, at=doing.at, outcome=outcome, found=found, done=done)
    if answer.state == AnswerState.PROPOSED:
        return doing.done(gettext("Your answer is proposed. It goes out once the supervisor signs it."))
    return doing.done(gettext("You closed the case. The citizen is being told."))


@act(Verb.CLOSE, "complaints/desk/sign.html")
def sign(doing: Doing) -> HttpResponse:
    """Sign the answer a colleague proposed, and close with it."""
    if not panel.sight_of(doing.case, doing.user, at=doing.at).may_sign:
        raise Http404
    if not doing.is_sent(Form(doing.data)):
        proposal = doing.case.answers.select_related("written_by").get(state=AnswerState.PROPOSED)
        message = notices.preview(notices.answered(proposal.outcome), case=doing.case, on=None, at=doing.at)
        return doing.page(proposal=proposal, message=message)
    verbs.sign(doing.case, by=doing.user, at=doing.at)
    return doing.done(gettext("You signed the answer and closed the case. The citizen is being told."))


@act(Verb.CORRECT, "complaints/desk/correct.html")
def correct(doing: Doing) -> HttpResponse:
    """Take one's own closing back, as long as nobody has read it."""
    if not doing.is_sent(Form(doing.data)):
        return doing.page()
    verbs.correct(doing.case, by=doing.user, at=doing.at)
    return doing.done(gettext("You took the closing back. The case is in progress again."))


def _proposal(doing: Doing) -> Answer | None:
    return doing.case.answers.filter(state=AnswerState.PROPOSED).select_related("written_by").first()


def _checked(doing: Doing, template: str, due: datetime | None) -> Message | None:
    """Return the message the citizen would get, once the form is complete and waits to be confirmed."""
    if not doing.is_checked:
        return None
    return notices.preview(template, case=doing.case, on=timezone.localdate(due) if due else None, at=doing.at)
