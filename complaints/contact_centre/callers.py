"""People who call about a case."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import compare_digest
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrPromise

from accounts.decorators import signed_in_user, staff_required
from accounts.identity.disclosure import CaseMark, record_view
from accounts.models import User, ViewKind
from accounts.rate_limits import HOUR, RateLimit, RateLimitReached, spend
from accounts.roles import CONTACT_CENTRE
from complaints import actions, reference
from complaints.actions.answers import questions_for
from complaints.actions.classification import effects
from complaints.actions.notes import HeldByAnother
from complaints.actions.objections import SHORTEST_OBJECTION, rate
from complaints.case_text import citizen_case
from complaints.case_text.promise import Promise, promise_card
from complaints.case_text.timeline import Status, citizen_status
from complaints.contact_centre import contacts
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, CentreContact
from complaints.models.texts import TEXT_LENGTH
from complaints.own_cases import AmendForm, RatingForm, WithdrawForm, try_action
from complaints.permissions import policy
from complaints.permissions.policy import rating_window
from complaints.search.box import TrackForm
from complaints.staff.forms import ClassifyForm
from complaints.staff.frame import frame
from complaints.staff.handing_over import HandOverForm, offered_centres
from complaints.unsent_forms import keeps_unsent_form_until_redirect, leave_unsent
from complaints.workflow import AT_AGENCY, Action, Kind, State
from kit.forms import Form, ParagraphField

# ---- What an agent of the contact centre types while somebody calls about a case. ----


IN_THEIR_WORDS: Final = _("In the caller's own words. Read it back before you send it.")


class CallerForm(TrackForm):
    """The tracking number and the end of the caller's mobile number, as the caller says them."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["ref"].help_text = _("The caller reads it from our message")
        self.fields["phone_end"].label = _("Last 4 digits of the caller's mobile number")
        self.fields["phone_end"].help_text = _("Ask the caller for them. Never say them yourself.")


class CallerObjectionForm(Form):
    """The caller's objection to the answer, as the agent takes it down."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_OBJECTION,
        rows=5,
        label=_("Why does the caller object?"),
        help_text=IN_THEIR_WORDS,
        error_messages={"required": _("Write why the caller objects")},
    )


class CallerAddForm(Form):
    """What the caller adds, as the agent takes it down."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=5,
        label=_("What does the caller add?"),
        help_text=IN_THEIR_WORDS,
    )


class CallerReplyForm(Form):
    """The caller's answer to the open question, as the agent takes it down."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=4,
        label=_("The caller's answer"),
        help_text=IN_THEIR_WORDS,
    )


# ---- What an agent may do on a case for its caller: the same forms and actions as the citizen's own pages. ----


type Data = Mapping[str, Any] | None


@dataclass(frozen=True)
class CallerAct:
    """One thing that can be done for a caller: its name, its form, what does it, and what is said afterwards."""

    action: Action
    title: StrPromise
    form: Callable[[Data, Case], forms.Form]
    do: Callable[[Case, User, datetime, Any], object]
    done: StrPromise


def _amend_form(data: Data, case: Case) -> AmendForm:
    return AmendForm(data, case=case, questions=questions_for(case.topic, kind=case.kind))


def _withdraw_form(data: Data, case: Case) -> WithdrawForm:  # noqa: ARG001 - one shape for all acts
    form = WithdrawForm(data)
    form.fields["because"].label = _("Why is the caller withdrawing it?")
    return form


def _rating_form(data: Data, case: Case) -> RatingForm:
    window = rating_window(case)
    form = RatingForm(
        data, kind=case.kind, count=window.count if window else 0, rating=window.rating if window else None
    )
    form.fields["treated"].label = _("How was the caller treated?")
    form.fields["text"].label = _("What does the caller say about it?")
    return form


def _hand_over(case: Case, by: User, at: datetime, form: HandOverForm) -> None:
    centre, reference = form.chosen, form.cleaned_data["reference"]
    try:
        actions.hand_over(case, by=by, at=at, centre=centre, reference=reference)
    except HeldByAnother:
        # A directorate or another centre has it, which the agent does not see.
        raise TransitionNotAllowed(Action.HAND_OVER, case) from None


ACTS: Final[dict[str, CallerAct]] = {
    "add": CallerAct(
        Action.ADD,
        _("Add information"),
        lambda data, _case: CallerAddForm(data),
        lambda case, by, at, form: actions.add(case, by=by, at=at, text=form.cleaned_data["text"]),
        _("What the caller added was sent."),
    ),
    "correct": CallerAct(
        Action.AMEND,
        _("Correct the text"),
        _amend_form,
        lambda case, by, at, form: actions.amend(case, by=by, at=at, **form.words),
        _("The correction was saved."),
    ),
    "hand-over": CallerAct(
        Action.HAND_OVER,
        _("Hand over to an outside centre"),
        lambda data, case: HandOverForm(data, offered=offered_centres(case)),
        _hand_over,
        _("The case is with the outside centre. The agency stays responsible."),
    ),
    "object": CallerAct(
        Action.OBJECT,
        _("Object to the answer"),
        lambda data, _case: CallerObjectionForm(data),
        lambda case, by, at, form: actions.object_to(case, by=by, at=at, text=form.cleaned_data["text"]),
        _("The objection was sent in the caller's name. The CMU decides on it."),
    ),
    "rate": CallerAct(
        Action.RATE,
        _("Rate the answer"),
        _rating_form,
        lambda case, by, at, form: rate(case, by=by, at=at, **form.said),
        _("The rating was saved in the caller's name."),
    ),
    "withdraw": CallerAct(
        Action.WITHDRAW,
        _("Withdraw the case"),
        _withdraw_form,
        lambda case, by, at, form: actions.withdraw(case, by=by, at=at, **form.cleaned_data),
        _("The case was withdrawn in the caller's name. This cannot be undone."),
    ),
}


def possible_acts(case: Case, user: User, *, at: datetime) -> list[tuple[str, StrPromise]]:
    """Return the names and titles of what ``user`` may do now on ``case`` for its caller."""
    return [(name, act.title) for name, act in ACTS.items() if policy.may(case, act.action, user, at=at)]


# ---- A caller who proves which case is theirs; the proof lasts as long as a call. ----


#: Wrong ends are counted by number and by agent: four digits are ten thousand guesses.
TRIES_OF_NUMBER: Final = RateLimit("caller_number", 10, timedelta(days=1))
TRIES_OF_AGENT: Final = RateLimit("caller_agent", 120, HOUR)
#: How long a caller stays proven; the next one who is found takes the place at once.
CALL_LASTS: Final = timedelta(minutes=20)
_SESSION_KEY: Final = "caller"
#: What is owed on a case, in words about its caller: the page of the case says them to the caller.
_OWED: Final[dict[str, StrPromise]] = {
    State.TRIAGE: _("The CMU finds the right agency by"),
    State.REFERRED: _("The agency confirms that it handles this by"),
    State.IN_PROGRESS: _("The agency replies to the caller by"),
    State.WAITING: _("The caller's answer is needed by"),
    State.OBJECTED: _("The CMU decides on the objection by"),
}
#: The same of praise, which is passed on and not answered.
_OWED_ON_PRAISE: Final = _("The agency passes the thanks on by")


def find_case(reference: str, phone_end: str, *, agent: User, at: datetime) -> Case | None:
    """Return the case of ``reference`` if its owner's mobile number ends in ``phone_end``.

    None that is the agent's own or about the agent. No case and a wrong end look alike. Every look is counted; raises
    ``accounts.rate_limits.RateLimitReached``.
    """
    spend(TRIES_OF_AGENT, str(agent.pk), at=at)
    spend(TRIES_OF_NUMBER, reference, at=at)
    case = _case(reference, agent=agent)
    if case is None or not compare_digest(case.citizen.phone[-len(phone_end) :], phone_end):
        return None
    return case


def remember_caller(
    session: SessionBase, case: Case, *, at: datetime, contact: CentreContact, is_on_line: bool = False
) -> None:
    """Let the agent of ``session`` go on with ``case``, and with no other, while the call lasts.

    ``is_on_line``: the contact goes on after what is done to the case.
    """
    until = (at + CALL_LASTS).isoformat()
    session[_SESSION_KEY] = {
        "reference": case.reference,
        "until": until,
        "contact": str(contact.pk),
        "is_on_line": is_on_line,
    }


class CallIsOver(Exception):
    """The caller was proven too long ago: they say the end of their number again."""


def proven_case(session: SessionBase, reference: str, *, agent: User, at: datetime) -> Case | None:
    """Return the case of ``reference`` if its caller was the last one proven in this session.

    Raises ``CallIsOver`` when that was too long ago.
    """
    known = session.get(_SESSION_KEY) or {}
    if known.get("reference") != reference:
        return None
    if at > datetime.fromisoformat(known["until"]):
        raise CallIsOver
    return _case(reference, agent=agent)


def proven_contact(session: SessionBase) -> tuple[str, bool]:
    """Return the key of the contact in which the caller was proven, and whether it goes on."""
    known = session.get(_SESSION_KEY) or {}
    return known.get("contact", ""), bool(known.get("is_on_line"))


def end_call(session: SessionBase) -> None:
    """End the call."""
    session.pop(_SESSION_KEY, None)


def status_for_caller(case: Case, *, at: datetime) -> tuple[Status, Promise | None]:
    """Return where ``case`` stands and what is owed on it, as an agent says it of the caller."""
    status, promise = spoken_status(case), promise_card(case, at=at)
    is_passed_on = case.kind == Kind.PRAISE and case.state in AT_AGENCY
    owed = str(_OWED_ON_PRAISE if is_passed_on else _OWED[case.state]) if promise else ""
    return status, replace(promise, owes=owed) if promise else None


def spoken_status(case: Case) -> Status:
    """Return where ``case`` stands, as an agent says it of the caller; no statement."""
    status = citizen_status(case)
    return replace(status, word=str(_("Needs the caller's answer"))) if case.state == State.WAITING else status


def _case(reference: str, *, agent: User) -> Case | None:
    return Case.objects.not_own_or_recused(agent).for_page().filter(reference=reference).first()


# ---- A caller asks about a case, or answers its question, through an agent of the contact centre. ----


logger = logging.getLogger(__name__)

TOO_MANY = 429
CONFLICT = 409


@staff_required(CONTACT_CENTRE)
@require_http_methods(["GET", "HEAD", "POST"])
def find_caller(request: HttpRequest) -> HttpResponse:
    """Find the case of a caller who knows its number and the end of the own mobile number."""
    user, at = signed_in_user(request), timezone.now()
    form = CallerForm(request.POST if request.method == "POST" else None)
    form.initial["ref"] = request.GET.get("ref", "")[: reference.LENGTH]
    status = 200
    if form.is_bound and form.is_valid():
        number, end = form.cleaned_data["ref"], form.cleaned_data["phone_end"]
        try:
            case = find_case(number, end, agent=user, at=at)
        except RateLimitReached as reached:
            status = TOO_MANY
            form.add_error(None, _too_many_text(reached.limit))
        else:
            if case is not None:
                record_view(case.citizen, viewer=user, kind=ViewKind.CALLER, about=CaseMark(case.reference), at=at)
                remember_caller(request.session, case, at=at, contact=contacts.of_case(user, case, at=at))
                logger.info("a caller was proven", extra={"case_id": case.pk, "user_id": str(user.pk)})
                return redirect("caller-case", case.reference)
            form.add_error("phone_end", gettext("No case matches this number and these digits. Check both."))
    context = {"form": form, **frame(user, at=at)}
    return render(request, "complaints/contact_centre/callers/find.html", context, status=status)


def _too_many_text(limit: RateLimit) -> str:
    """Return what an agent is told who reached ``limit``: that of the number typed, or the agent's own."""
    if limit == TRIES_OF_NUMBER:
        return gettext("Too many attempts. You cannot look up this number again today.")
    return gettext("Too many searches. Try again in an hour.")


@staff_required(CONTACT_CENTRE)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def caller_case(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell a proven caller the status and the open question, and take the answer down."""
    user, at = signed_in_user(request), timezone.now()
    try:
        case = proven_case(request.session, ref, agent=user, at=at)
    except CallIsOver:
        leave_unsent(request)
        messages.warning(
            request, gettext("This call has lasted a long time. Ask for the last 4 digits of the mobile number again.")
        )
        return redirect("calls-find")
    if case is None:
        raise Http404
    form = _form(request, case)
    if form.is_bound and form.is_valid():
        if _do_for_caller(request, case, form):
            messages.success(request, _sent_text(form))
            return after_act(request, case)
        text = gettext("The case has changed since you opened it. Read it again. Your text is still here.")
        form.add_error(None, ValidationError(text, code="overtaken"))
        case = proven_case(request.session, ref, agent=user, at=at) or case
    status = CONFLICT if form.is_bound and form.has_error("__all__", "overtaken") else 200
    context = _context(request, case, at=at) | {"form": form}
    return render(request, "complaints/contact_centre/callers/caller.html", context, status=status)


def _context(request: HttpRequest, case: Case, *, at: datetime) -> dict[str, Any]:
    user = signed_in_user(request)
    call, is_on_line = proven_contact(request.session)
    return {
        **_case_for_caller(case, user_may_reply=policy.may(case, Action.REPLY, user, at=at), at=at),
        "objecting": citizen_case.objecting(case, user, at=at),
        "acts": possible_acts(case, user, at=at),
        "call": call if is_on_line else "",
        **frame(user, at=at),
    }


def after_act(request: HttpRequest, case: Case) -> HttpResponse:
    """Note what was done for the caller, and lead back to the call, or to the next caller where there is none."""
    contact, is_on_line = proven_contact(request.session)
    contacts.note_help(contact, reference=case.reference)
    end_call(request.session)
    return redirect("call-file", contact) if is_on_line else redirect("calls-find")


def _form(request: HttpRequest, case: Case) -> CallerReplyForm | CallerObjectionForm:
    """Return the form for what can be said on the case: an objection once it is closed, else the answer."""
    kind = CallerReplyForm if case.is_open else CallerObjectionForm
    return kind(request.POST if request.method == "POST" else None)


def _sent_text(form: CallerReplyForm | CallerObjectionForm) -> str:
    if isinstance(form, CallerObjectionForm):
        return gettext("The objection was sent in the caller's name. The CMU decides on it.")
    return gettext("The answer was sent in the caller's name. Work on the case continues.")


def _do_for_caller(request: HttpRequest, case: Case, form: CallerReplyForm | CallerObjectionForm) -> bool:
    """Say the answer to the question read out, or the objection; False where the case has changed since."""
    action = actions.object_to if isinstance(form, CallerObjectionForm) else actions.reply
    user, at = signed_in_user(request), timezone.now()
    with transaction.atomic():
        held = Case.objects.lock_version(case.pk)
        if request.POST.get("version") != str(held):
            return False
        try:
            action(case, by=user, at=at, text=form.cleaned_data["text"])
        except TransitionNotAllowed:
            return False
    return True


def _case_for_caller(case: Case, *, user_may_reply: bool, at: datetime) -> dict[str, Any]:
    """Return what an agent may say of the case to its caller."""
    question = case.questions.filter(ended_at__isnull=True).first() if user_may_reply else None
    status, promise = status_for_caller(case, at=at)
    return {
        "case": case,
        "status": status,
        "promise": promise,
        "undone_until": policy.ends_at(case, at=at),
        "question": question.text if question else "",
    }


# ---- Doing something on a case for its caller: add, correct, object, rate, withdraw. ----


@staff_required(CONTACT_CENTRE)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def caller_act(request: HttpRequest, ref: str, act: str) -> HttpResponse:
    """Take down what a proven caller wants done, and do it in their name; the history says who did it for whom."""
    user, at = signed_in_user(request), timezone.now()
    wanted = ACTS.get(act)
    try:
        case = proven_case(request.session, ref, agent=user, at=at)
    except CallIsOver:
        leave_unsent(request)
        return redirect("caller-case", ref)
    if case is None or wanted is None:
        raise Http404
    form = wanted.form(request.POST if request.method == "POST" else None, case)
    if form.is_bound and form.is_valid() and _is_done(request, case, wanted, form):
        messages.success(request, wanted.done)
        return after_act(request, case)
    if not form.is_bound and not policy.may(case, wanted.action, user, at=at):
        messages.warning(request, gettext("This can no longer be done on the case."))
        return redirect("caller-case", ref)
    status = CONFLICT if form.is_bound and form.has_error("__all__") else 200
    context = {"case": case, "form": form, "title": wanted.title, "act": act, **frame(user, at=at)}
    return render(request, "complaints/contact_centre/callers/act.html", context, status=status)


def _is_done(request: HttpRequest, case: Case, wanted: CallerAct, form: forms.Form) -> bool:
    """Do it to the case as it was read; False, with the reason on the form, where it has changed since."""
    user, at = signed_in_user(request), timezone.now()
    with transaction.atomic():
        held = Case.objects.lock_version(case.pk)
        if request.POST.get("version") == str(held):
            return try_action(form, lambda: wanted.do(case, user, at, form))
    text = gettext("The case has changed since you opened it. Read it again. Your text is still here.")
    form.add_error(None, ValidationError(text, code="overtaken"))
    return False


# ---- Correcting the topic and the kind of a case with its caller on the phone. ----


@staff_required(CONTACT_CENTRE)
@require_http_methods(["GET", "HEAD", "POST"])
def caller_topic(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the kind and the topic, show what changes with them, and correct once that is confirmed."""
    user, at = signed_in_user(request), timezone.now()
    try:
        case = proven_case(request.session, ref, agent=user, at=at)
    except CallIsOver:
        return redirect("caller-case", ref)
    if case is None:
        raise Http404
    form = ClassifyForm(request.POST if request.method == "POST" else None, case=case)
    is_checked = form.is_bound and "change" not in request.POST and form.is_valid()
    if is_checked and "send" in request.POST and _is_classified(request, case, form):
        messages.success(
            request, gettext("The case was corrected. Limits, figures and suggestions now go by the correction.")
        )
        return redirect("caller-case", ref)
    is_overtaken = form.is_bound and form.has_error("__all__", "overtaken")
    shows = is_checked and not is_overtaken
    context = {
        "form": form,
        "case": proven_case(request.session, ref, agent=user, at=at) if is_overtaken else case,
        "effects": effects(case, topic=form.chosen_topic, kind=form.cleaned_data["kind"], at=at) if shows else None,
        **frame(user, at=at),
    }
    status = CONFLICT if is_overtaken else 200
    return render(request, "complaints/contact_centre/callers/topic.html", context, status=status)


def _is_classified(request: HttpRequest, case: Case, form: ClassifyForm) -> bool:
    """Correct the case; False, with the reason on the form, where it has changed since the page was made."""
    with transaction.atomic():
        held = Case.objects.lock_version(case.pk)
        if request.POST.get("version") == str(held):
            kind = form.cleaned_data["kind"]
            actions.classify(case, by=signed_in_user(request), at=timezone.now(), topic=form.chosen_topic, kind=kind)
            return True
    text = gettext("The case has changed since you opened it. Read it again and correct it once more.")
    form.add_error(None, ValidationError(text, code="overtaken"))
    return False
