"""A caller asks about a case, or answers its question, through an agent of the contact centre."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user, staff_required
from accounts.identity.disclosure import CaseMark, record_view
from accounts.models import ViewKind
from accounts.rate_limits import RateLimit, RateLimitReached
from accounts.roles import CONTACT_CENTRE
from complaints import actions, reference
from complaints.case_text import citizen_case
from complaints.contact_centre import contacts
from complaints.contact_centre.callers import lookup
from complaints.contact_centre.callers.acts import possible_acts
from complaints.contact_centre.callers.forms import CallerForm, CallerObjectionForm, CallerReplyForm
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case
from complaints.permissions import policy, send_window
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect, leave_unsent
from complaints.workflow import Action

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
            case = lookup.find_case(number, end, agent=user, at=at)
        except RateLimitReached as reached:
            status = TOO_MANY
            form.add_error(None, _too_many_text(reached.limit))
        else:
            if case is not None:
                record_view(case.citizen, viewer=user, kind=ViewKind.CALLER, about=CaseMark(case.reference), at=at)
                lookup.remember_caller(request.session, case, at=at, contact=contacts.of_case(user, case, at=at))
                logger.info("a caller was proven", extra={"case_id": case.pk, "user_id": str(user.pk)})
                return redirect("caller-case", case.reference)
            form.add_error("phone_end", gettext("No case matches this number and these digits. Check both."))
    context = {"form": form, **frame(user, at=at)}
    return render(request, "complaints/contact_centre/callers/find.html", context, status=status)


def _too_many_text(limit: RateLimit) -> str:
    """Return what an agent is told who reached ``limit``: that of the number typed, or the agent's own."""
    if limit == lookup.TRIES_OF_NUMBER:
        return gettext("Too many attempts. You cannot look up this number again today.")
    return gettext("Too many searches. Try again in an hour.")


@staff_required(CONTACT_CENTRE)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def caller_case(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell a proven caller the status and the open question, and take the answer down."""
    user, at = signed_in_user(request), timezone.now()
    try:
        case = lookup.proven_case(request.session, ref, agent=user, at=at)
    except lookup.CallIsOver:
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
        case = lookup.proven_case(request.session, ref, agent=user, at=at) or case
    status = CONFLICT if form.is_bound and form.has_error("__all__", "overtaken") else 200
    context = _context(request, case, at=at) | {"form": form}
    return render(request, "complaints/contact_centre/callers/caller.html", context, status=status)


def _context(request: HttpRequest, case: Case, *, at: datetime) -> dict[str, Any]:
    user = signed_in_user(request)
    call, is_on_line = lookup.proven_contact(request.session)
    return {
        **_case_for_caller(case, user_may_reply=policy.may(case, Action.REPLY, user, at=at), at=at),
        "objecting": citizen_case.objecting(case, user, at=at),
        "acts": possible_acts(case, user, at=at),
        "call": call if is_on_line else "",
        **frame(user, at=at),
    }


def after_act(request: HttpRequest, case: Case) -> HttpResponse:
    """Note what was done for the caller, and lead back to the call, or to the next caller where there is none."""
    contact, is_on_line = lookup.proven_contact(request.session)
    contacts.note_help(contact, reference=case.reference)
    lookup.end_call(request.session)
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
    status, promise = lookup.status_for_caller(case, at=at)
    return {
        "case": case,
        "status": status,
        "promise": promise,
        "undone_until": send_window.ends_at(case, at=at),
        "question": question.text if question else "",
    }
