"""The decisions of an agency on a case: accept, decline, return, ask, a later date, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from agencies.models import current_calendar
from complaints import actions
from complaints.actions import consultations, linked_cases
from complaints.actions.consultations import NotOfTheAgency
from complaints.actions.notes import HeldByAnother
from complaints.actions.undo import answered_with
from complaints.attachments.fields import NOT_STORED
from complaints.attachments.uploads import NotStored
from complaints.case_text.history import action_label
from complaints.clocks import extensions, pauses
from complaints.desk.acts.decisions.forms import AcceptAndAskForm
from complaints.desk.acts.decisions.promise_advice import promise_advice
from complaints.desk.acts.decisions.typed_again import undo_and_keep_typed
from complaints.desk.directorate.findings import asked_text, last_consultation
from complaints.engine import notices
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, ExtensionState, RefusalReason
from complaints.permissions import second_person, send_window
from complaints.permissions.pending import pending
from complaints.permissions.rulings import AgencyEnded
from complaints.staff.action_pages import ActionRequest, Stale, action_page, checked
from complaints.staff.acts.decision_forms import AskWithFilesForm, ExtendForm, RefuseForm
from complaints.staff.acts.undo_words import left_words
from complaints.staff.forms import active_directorates, other_agencies
from complaints.suggestions import owners
from complaints.track_record.directorates import last_directorate
from complaints.workflow import Action, State
from kit.dates import day_digits
from kit.forms import Form


@action_page(Action.ACCEPT, "complaints/desk/acts/decisions/accept.html")
def accept(request: ActionRequest) -> HttpResponse:
    """Take the case on: the directorate and the time, with the message that tells the citizen."""
    case = request.case
    form = _accept_form(request)
    if not request.is_sent(form):
        return _accepting_page(request, form)
    days, directorate = form.cleaned_data["days"], form.chosen_directorate
    actions.accept(case, by=request.user, at=request.at, days=days, directorate=directorate)
    text, tells = gettext("You accepted the case."), gettext("The citizen is being told.")
    if directorate is None or not form.request_text:
        return request.done(text, tells=tells)
    try:
        consultations.consult(case, by=request.user, at=request.at, directorate=directorate, text=form.request_text)
    except (HeldByAnother, NotOfTheAgency):
        # Somebody was first since the form was read: the conflict takes the acceptance back too.
        raise Stale from None
    return request.done(f"{text} {asked_text(directorate)}", tells=tells)


def _accept_form(request: ActionRequest) -> AcceptAndAskForm:
    case = request.case
    return AcceptAndAskForm(
        request.data,
        case=case,
        directorates=active_directorates(case),
        calendar=current_calendar(),
        at=request.at,
        asked=last_consultation(case),
        usual=last_directorate(case.agency_id, case.topic_id),
    )


def _accepting_page(request: ActionRequest, form: AcceptAndAskForm) -> HttpResponse:
    message = form.promised and notices.preview("case_accepted", case=request.case, on=form.promised, at=request.at)
    return request.page(advice=promise_advice(form, request.case), message=message)


@action_page(Action.DECLINE, "complaints/desk/acts/decisions/refuse.html")
def decline(request: ActionRequest) -> HttpResponse:
    """Say that the case is not the agency's."""
    done = gettext("You declined the case. The CMU will find the responsible agency.")
    return _refusing_page(request, actions.decline, done)


@action_page(Action.RETURN, "complaints/desk/acts/decisions/refuse.html")
def return_case(request: ActionRequest) -> HttpResponse:
    """Say after accepting that the case proved not the agency's."""
    done = gettext("You returned the case. The CMU will find the responsible agency.")
    return _refusing_page(request, actions.return_case, done)


def _refusing_page(request: ActionRequest, action: Callable[..., None], done: str) -> HttpResponse:
    """Say ``action`` and then ``done``, or show the form; one press puts in an agency that the case suggests."""
    data, case = request.data, request.case
    typed: dict[str, Any] = {"reason": RefusalReason.OTHER_AGENCY}
    if data is not None and "propose" in data:
        typed = {**{name: data.get(name, "") for name in ("reason", "text")}, "proposed_agency": data["propose"]}
        data = None
    agencies = other_agencies(case, on=timezone.localdate(request.at))
    form = RefuseForm(data, agencies=agencies, own=case.agency, typed=typed)
    if request.is_sent(form) and _is_refused(request, form, action):
        return request.done(done)
    likely = [agency for agency in owners.elsewhere(case, at=request.at) if agency.code in form.agencies]
    return request.page(returning=request.action == Action.RETURN, likely=likely)


def _is_refused(request: ActionRequest, form: RefuseForm, action: Callable[..., None]) -> bool:
    """Say ``action``; False where the agency proposed has ended since the page was opened."""
    words = {"reason": form.cleaned_data["reason"], "text": form.cleaned_data["text"]}
    try:
        action(request.case, by=request.user, at=request.at, proposed_agency=form.chosen_agency, **words)
    except AgencyEnded:
        form.add_error("proposed_agency", gettext("This agency no longer exists. Propose another one"))
        return False
    return True


def _ask_form(request: ActionRequest) -> AskWithFilesForm:
    return AskWithFilesForm(request.data, request.files, **request.uploading)


@action_page(Action.ASK, "complaints/desk/acts/decisions/ask.html", before=checked(_ask_form))
def ask(request: ActionRequest) -> HttpResponse:
    """Ask the citizen one question, with files; the deadline is paused meanwhile."""
    form: AskWithFilesForm = request.before
    is_sent, rest = request.is_sent(form), pauses.remaining_pause(request.case, at=request.at)
    if not is_sent:
        return request.page(rest=rest)
    try:
        actions.ask(
            request.case, by=request.user, at=request.at, text=form.cleaned_data["text"], attachments=form.taken
        )
    except NotStored:
        form.add_error("attachments", NOT_STORED)
        return request.page(rest=rest)
    return request.done(_asked_words(rest))


def _asked_words(rest: pauses.RemainingPause | None) -> str:
    if rest is not None and rest.is_over:
        return gettext("Your question was sent. The deadline is not paused: the maximum pause has been used.")
    if rest is not None and not rest.is_whole:
        words = gettext(
            "Your question was sent. The deadline is paused until the citizen replies, and until %(day)s at the latest."
        )
        return words % {"day": day_digits(timezone.localdate(rest.until))}
    return gettext("Your question was sent. The deadline is paused until the citizen replies.")


@action_page(Action.PROPOSE_EXTENSION, "complaints/desk/acts/decisions/extend.html")
def extend(request: ActionRequest) -> HttpResponse:
    """Propose a later date."""
    is_proposed = pending(request.case).extension_proposer is not None
    if request.data is not None and (is_proposed or request.case.state != State.IN_PROGRESS):
        raise TransitionNotAllowed(request.action, request.case)
    if is_proposed:
        return request.refuse(gettext("A later date has already been proposed and is waiting for a decision."))
    clock, calendar = extensions.require_promise_clock(request.case), current_calendar()
    form = ExtendForm(request.data, case=request.case, clock=clock, calendar=calendar, at=request.at)
    if not extensions.is_possible(request.case, at=request.at, calendar=calendar):
        return request.refuse(gettext("The date of this case cannot be moved any further."))
    if not request.is_sent(form):
        is_first = not pending(request.case).extension_was_granted
        return request.page(
            by_unit=is_first and second_person.has_no_other_supervisor(request.case, request.user.pk, at=request.at)
        )
    days, reason = form.cleaned_data["days"], form.cleaned_data["reason"]
    actions.propose_extension(request.case, by=request.user, at=request.at, days=days, reason=reason)
    return request.done(gettext("You proposed a later date. It applies once it is granted."))


@action_page(Action.EXTEND, "complaints/desk/acts/decisions/grant.html")
def grant(request: ActionRequest) -> HttpResponse:
    """Grant the later date that is proposed."""
    extension = request.case.extensions.filter(state=ExtensionState.PROPOSED).select_related("proposed_by").first()
    if extension is None and request.data is not None:
        raise TransitionNotAllowed(request.action, request.case)
    if extension is None or not request.permissions.may_grant_date:
        raise Http404
    clock, calendar = extensions.require_promise_clock(request.case), current_calendar()
    new_on = extensions.granted_on(request.case, clock, days=extension.days, at=request.at, calendar=calendar)
    if not request.is_sent(Form(request.data)) or new_on is None:
        message = new_on and notices.preview("case_new_date", case=request.case, on=new_on, at=request.at)
        old_on = timezone.localdate(clock.due_at)
        return request.page(extension=extension, old_on=old_on, new_on=new_on, message=message)
    actions.extend(request.case, by=request.user, at=request.at)
    return request.done(gettext("You granted the later date. The citizen is being told."))


@action_page(Action.UNDO, "complaints/desk/acts/decisions/undo.html")
def undo(request: ActionRequest) -> HttpResponse:
    """Undo what one did last, as long as nobody was told of it."""
    case, at = request.case, request.at
    if request.data is not None:
        linked_cases.lock_followed(case)
    steps = send_window.last_steps(case)
    if not request.is_sent(Form(request.data)):
        return request.page(
            step=action_label(steps[-1]),
            left=left_words(send_window.ends_at(case, at=at), at=at),
            followers=answered_with(case, steps),
        )
    return request.done(_undone(undo_and_keep_typed(case, by=request.user, at=at)))


def _undone(followers: Sequence[Case]) -> str:
    """Return what happened, with the number of linked cases whose answer was undone too."""
    parts = [gettext("Undone. No message was sent. What you wrote is kept in the form.")]
    if number := len(followers):
        text = ngettext(
            "The answer to %(number)s linked case was undone too.",
            "The answer to %(number)s linked cases was undone too.",
            number,
        )
        parts.append(text % {"number": number})
    return " ".join(parts)
