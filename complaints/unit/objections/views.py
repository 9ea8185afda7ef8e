"""Upholding and dismissing an objection, by somebody of the unit who did not handle the case."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.models import current_calendar
from complaints import actions
from complaints.case_text import timeline
from complaints.engine import notices
from complaints.models import AnswerState
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.unit.objections.forms import DismissForm, UpholdForm
from complaints.workflow import Action
from notifications.models import Message


@action_page(Action.UPHOLD, "complaints/unit/objections/uphold.html")
def uphold(request: ActionRequest) -> HttpResponse:
    """Uphold the objection: the new time and the words, then the message to the citizen, and only then the act."""
    form = UpholdForm(request.data, case=request.case, calendar=current_calendar(), at=request.at)
    if not request.is_sent(form):
        return _page(request, message=_checked(request, form))
    days, reasons = form.cleaned_data.get("days", 0), form.cleaned_data["reasons"]
    cause = form.cleaned_data["cause"]
    actions.uphold(request.case, by=request.user, at=request.at, days=days, reasons=reasons, cause=cause)
    if form.due is None:
        return request.done(
            gettext("You accepted the objection. The case is in triage again, and the citizen is being told.")
        )
    return request.done(gettext("You accepted the objection. The agency and the citizen are being told."))


def _checked(request: ActionRequest, form: UpholdForm) -> Message | None:
    """Return the message the citizen would get, once the form is complete and waits to be confirmed."""
    if not request.is_checked:
        return None
    template = "case_upheld" if form.due else "case_triage"
    on = timezone.localdate(form.due) if form.due else None
    return notices.preview(template, case=request.case, on=on, at=request.at)


@action_page(Action.DISMISS, "complaints/unit/objections/dismiss.html")
def dismiss(request: ActionRequest) -> HttpResponse:
    """Let the answer stand, with reasons the citizen reads."""
    form = DismissForm(request.data)
    if not request.is_sent(form):
        return _page(request)
    actions.dismiss(request.case, by=request.user, at=request.at, reasons=form.cleaned_data["reasons"])
    return request.done(gettext("You rejected the objection. The citizen is being told and can read your reasons."))


def _page(request: ActionRequest, *, message: Message | None = None) -> HttpResponse:
    case = request.case
    given = case.answers.filter(state=AnswerState.GIVEN).last()
    answer = given and timeline.given_answer(case.kind, given.outcome, found=given.found, done=given.done)
    objection = case.objections.filter(ended_at__isnull=True).first()
    answered_at = given.given_at if given else None
    return request.page(message=message, objection=objection, answer=answer, answered_at=answered_at)
