"""What the desk of an agency decides on a case: accept, decline, return, ask, a later date, take back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from agencies.models import current_calendar
from complaints import actions
from complaints.actions import linked_cases, undo_close
from complaints.clocks import extensions, pauses
from complaints.desk.acts.decisions.forms import AcceptForm, AskForm, ExtendForm, RefuseForm
from complaints.desk.case_page import panel
from complaints.desk.directorate.findings import last_asked
from complaints.engine import notices
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Extension, ExtensionState
from complaints.permissions import second_person
from complaints.permissions.rulings import AgencyEnded
from complaints.staff.acts import Doing, act
from complaints.staff.case_file import pending_of
from complaints.staff.forms import agencies_but
from complaints.workflow import Action, State
from kit.dates import day_digits
from kit.forms import Form
from notifications.models import Message


@act(Action.ACCEPT, "complaints/desk/acts/decisions/accept.html")
def accept(doing: Doing) -> HttpResponse:
    """Take the case on: the directorate and the time, then the message to the citizen, and only then the act."""
    case, at = doing.case, doing.at
    directorates = list(case.agency.directorates.filter(is_active=True)) if case.agency else []
    asked = last_asked(case)
    form = AcceptForm(doing.data, case=case, directorates=directorates, calendar=current_calendar(), at=at, asked=asked)
    if not doing.is_sent(form):
        return doing.page(offers=form.offers(), message=_checked(doing, "case_accepted", form.due))
    days, directorate = form.cleaned_data["days"], form.chosen_directorate
    actions.accept(case, by=doing.user, at=at, days=days, directorate=directorate)
    return doing.done(gettext("You accepted the case. The citizen is being told."))


@act(Action.DECLINE, "complaints/desk/acts/decisions/refuse.html")
def decline(doing: Doing) -> HttpResponse:
    """Say that the case is not the agency's."""
    agencies = agencies_but(doing.case, on=timezone.localdate(doing.at))
    form = RefuseForm(doing.data, agencies=agencies, own=doing.case.agency)
    if not doing.is_sent(form):
        return doing.page()
    if not _is_refused(doing, form, actions.decline):
        return doing.page()
    return doing.done(gettext("You declined the case. The unit finds the right agency for it."))


@act(Action.RETURN, "complaints/desk/acts/decisions/refuse.html")
def return_case(doing: Doing) -> HttpResponse:
    """Say after accepting that the case proved not the agency's."""
    agencies = agencies_but(doing.case, on=timezone.localdate(doing.at))
    form = RefuseForm(doing.data, agencies=agencies, own=doing.case.agency)
    if not doing.is_sent(form):
        return doing.page(returning=True)
    if not _is_refused(doing, form, actions.return_case):
        return doing.page(returning=True)
    return doing.done(gettext("You returned the case. The unit finds the right agency for it."))


def _is_refused(doing: Doing, form: RefuseForm, action: Callable[..., None]) -> bool:
    """Say ``action``; False where the agency proposed has ended since the page was opened."""
    words = {"reason": form.cleaned_data["reason"], "text": form.cleaned_data["text"]}
    try:
        action(doing.case, by=doing.user, at=doing.at, proposed_agency=form.chosen_agency, **words)
    except AgencyEnded:
        form.add_error("proposed_agency", gettext("This agency has ended. Propose another one"))
        return False
    return True


@act(Action.ASK, "complaints/desk/acts/decisions/ask.html")
def ask(doing: Doing) -> HttpResponse:
    """Ask the citizen one question; the time limit stands still meanwhile."""
    form = AskForm(doing.data)
    is_sent, rest = doing.is_sent(form), pauses.remaining_pause(doing.case, at=doing.at)
    if not is_sent:
        return doing.page(rest=rest)
    actions.ask(doing.case, by=doing.user, at=doing.at, text=form.cleaned_data["text"])
    return doing.done(_asked_words(rest))


def _asked_words(rest: pauses.RemainingPause | None) -> str:
    if rest is not None and rest.is_over:
        return gettext("Your question was sent. The time limit goes on: it has stood still long enough.")
    if rest is not None and not rest.is_whole:
        words = gettext("Your question was sent. The time limit stands still until the reply, until %(day)s at most.")
        return words % {"day": day_digits(timezone.localdate(rest.until))}
    return gettext("Your question was sent. The time limit stands still until the reply.")


@act(Action.PROPOSE_EXTENSION, "complaints/desk/acts/decisions/extend.html")
def extend(doing: Doing) -> HttpResponse:
    """Propose a later date."""
    is_proposed = pending_of(doing.case).extension_by is not None
    if doing.data is not None and (is_proposed or doing.case.state != State.IN_PROGRESS):
        raise TransitionNotAllowed(doing.what, doing.case)
    if is_proposed:
        return doing.refuse(gettext("A later date is already proposed and waits for a decision."))
    clock, calendar = extensions.running_clock(doing.case), current_calendar()
    form = ExtendForm(doing.data, case=doing.case, clock=clock, calendar=calendar, at=doing.at)
    if not form.most:
        return doing.refuse(gettext("The date of this case can be moved no further."))
    if not doing.is_sent(form):
        is_first = not pending_of(doing.case).extension_before
        return doing.page(
            by_unit=is_first and second_person.has_no_other_supervisor(doing.case, doing.user.pk, at=doing.at)
        )
    days, reason = form.cleaned_data["days"], form.cleaned_data["reason"]
    actions.propose_extension(doing.case, by=doing.user, at=doing.at, days=days, reason=reason)
    return doing.done(gettext("You proposed a later date. It holds once it is granted."))


@act(Action.EXTEND, "complaints/desk/acts/decisions/grant.html")
def grant(doing: Doing) -> HttpResponse:
    """Grant the later date that is proposed."""
    if not panel.sight_of(doing.case, doing.user, at=doing.at).may_grant_date:
        raise Http404
    extension = doing.case.extensions.select_related("proposed_by").get(state=ExtensionState.PROPOSED)
    new_on = _granted_on(doing, extension)
    if not doing.is_sent(Form(doing.data)) or new_on is None:
        message = new_on and notices.preview("case_new_date", case=doing.case, on=new_on, at=doing.at)
        return doing.page(extension=extension, new_on=new_on, message=message)
    actions.extend(doing.case, by=doing.user, at=doing.at)
    return doing.done(gettext("You granted the later date. The citizen is being told."))


def _granted_on(doing: Doing, extension: Extension) -> date | None:
    """Return the day the extension leads to as the promise stands now; None once it cannot be granted any more."""
    clock = extensions.running_clock(doing.case)
    try:
        due = extensions.later(doing.case, clock, days=extension.days, at=doing.at, calendar=current_calendar())
    except (extensions.ExtensionPast, extensions.ExtensionTooLate):
        return None
    return timezone.localdate(due)


@act(Action.CORRECT, "complaints/desk/acts/decisions/correct.html")
def correct(doing: Doing) -> HttpResponse:
    """Take one's own closing back, as long as nobody has read it."""
    if doing.data is not None:
        linked_cases.lock_followed(doing.case)
    if not doing.is_sent(Form(doing.data)):
        return doing.page(slip=undo_close.undo_preview(doing.case))
    slip = actions.correct(doing.case, by=doing.user, at=doing.at)
    return doing.done(_taken_back(slip))


def _taken_back(slip: undo_close.UndoPreview) -> str:
    """Return what happened, with how many others were taken back and which of them were not."""
    parts = [gettext("You took the closing back. The case is in progress again.")]
    if number := len(slip.back):
        text = ngettext(
            "%(number)s more case that was closed with it is in progress again.",
            "%(number)s more cases that were closed with it are in progress again.",
            number,
        )
        parts.append(text % {"number": number})
    stays = gettext("%(case)s stays closed: its message has left.")
    return " ".join([*parts, *(stays % {"case": case.reference} for case in slip.left)])


def _checked(doing: Doing, template: str, due: datetime | None) -> Message | None:
    """Return the message the citizen would get, once the form is complete and waits to be confirmed."""
    if not doing.is_checked:
        return None
    return notices.preview(template, case=doing.case, on=timezone.localdate(due) if due else None, at=doing.at)
