"""The calls of the contact centre: whom to call, showing the number, which is recorded, and how the call went."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.identity.disclosure import CaseMark, record_view
from accounts.models import ViewKind
from accounts.roles import CMU, CONTACT_CENTRE
from accounts.sign_in.factors.step_up import recent_factor_required
from complaints.contact_centre.calls import call_tasks
from complaints.contact_centre.calls.call_tasks import Call
from complaints.contact_centre.calls.script import call_script
from complaints.staff.frame import frame
from notifications.actions.call_tasks import CallIsDone
from notifications.models import CallOutcome

logger = logging.getLogger(__name__)

CALLERS = CONTACT_CENTRE | CMU
_RESULT_TEXTS = {
    CallOutcome.REACHED: _("You reached the person. The call is done."),
    CallOutcome.NO_ANSWER: _("No one answered. The call stays in the list."),
    CallOutcome.WRONG_NUMBER: _(
        "You recorded that the number belongs to someone else. We no longer send messages to it."
    ),
}


@staff_required(CALLERS)
@require_safe
def calls_page(request: HttpRequest) -> HttpResponse:
    """Show the calls to make, the oldest first, and those of today that are done."""
    user, at = signed_in_user(request), timezone.now()
    after = request.GET.get("after", "")
    asked = request.GET.get("about", "")
    about = asked if asked in call_tasks.SUBJECTS else ""
    page = call_tasks.open_calls(user, after=after, about=about)
    context = {
        "about": about,
        "all_shown": not about,
        "subjects": [(name, subject.label) for name, subject in call_tasks.SUBJECTS.items()],
        "calls": page.calls,
        "done": call_tasks.done_today(user, at=at),
        "next": f"?about={about}&after={page.next}" if page.next else "",
        "first": f"?about={about}" if after else "",
        "answers_callers": user.authority(at).has(CONTACT_CENTRE),
        **frame(user, at=at, counts={"calls": call_tasks.count_open(user)}),
    }
    return render(request, "complaints/contact_centre/calls/calls.html", context)


@staff_required(CALLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def call_page(request: HttpRequest, call: int) -> HttpResponseBase:
    """Show one call: who it is and what to say; take the wish to see the number, and how the call went."""
    user = signed_in_user(request)
    made = call_tasks.with_person(get_object_or_404(call_tasks.tasks_for(user), pk=call))
    if request.method != "POST":
        if made.citizen:
            reference = made.task.message.reference
            record_view(made.citizen, viewer=user, kind=ViewKind.CALL, about=CaseMark(reference), at=timezone.now())
        return _page(request, made)
    return _show(request, made) if "show" in request.POST else _finish(request, made)


@recent_factor_required()
def _show(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Show the number once, after a recent second factor as every identity.

    The answer is not redirected, since what it shows is nowhere kept.
    """
    if call.task.done_at is not None:
        return _page(request, call, status=409)
    phone = call_tasks.reveal_phone(call, viewer=signed_in_user(request), at=timezone.now())
    return _page(request, call, phone=phone)


def _finish(request: HttpRequest, call: Call) -> HttpResponse:
    user, outcome = signed_in_user(request), request.POST.get("outcome", "")
    if outcome not in CallOutcome:
        raise Http404
    if request.POST.get("tries") != str(call.task.tries):
        return _page(request, call, status=409)
    if outcome == CallOutcome.WRONG_NUMBER and request.POST.get("mark", "") != call_tasks.number_mark(call):
        # The person has proven another number meanwhile: that one is nobody else's.
        return _page(request, call, status=409, is_renumbered=True)
    try:
        call_tasks.finish(call, outcome=CallOutcome(outcome), by=user, at=timezone.now())
    except CallIsDone:
        call.task.refresh_from_db(fields=["tries", "tried_at", "done_at", "done_by", "outcome"])
        return _page(request, call, status=409)
    logger.info("a call was made", extra={"call_id": call.task.pk, "user_id": str(user.pk), "outcome": outcome})
    messages.success(request, _RESULT_TEXTS[CallOutcome(outcome)])
    return redirect("calls")


def _page(request: HttpRequest, call: Call, *, status: int = 200, **context: Any) -> HttpResponse:
    agent = signed_in_user(request)
    around = {
        "call": call,
        "answers_callers": agent.authority(timezone.now()).has(CONTACT_CENTRE),
        "mark": call_tasks.number_mark(call),
        "script": call_script(call),
        "is_overtaken": status != HTTPStatus.OK,
    }
    return render(
        request,
        "complaints/contact_centre/calls/call.html",
        {**around, **context, **frame(agent, at=timezone.now())},
        status=status,
    )
