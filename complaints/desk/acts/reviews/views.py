"""A second person refuses a proposed date, or sends a proposed answer back."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.desk.acts.reviews.forms import ReasonForm
from complaints.models import AnswerState, ExtensionState
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.workflow import Action


@action_page(Action.REFUSE_EXTENSION, "complaints/desk/acts/reviews/refuse_extension.html")
def refuse_extension(request: ActionRequest) -> HttpResponse:
    """Refuse the later date that is proposed; the promised one stays."""
    extension = request.case.extensions.filter(state=ExtensionState.PROPOSED).select_related("proposed_by").first()
    if extension is None:
        return request.refuse_or_conflict(gettext("No later date is waiting for a decision."))
    if not request.permissions.may_refuse_date:
        raise Http404
    form = ReasonForm(request.data)
    if not request.is_sent(form):
        return request.page(extension=extension)
    actions.refuse_extension(request.case, by=request.user, at=request.at, reason=form.cleaned_data["reason"])
    return request.done(
        gettext("You refused the later date. The promised date stays, and the officers are being told.")
    )


@action_page(Action.SEND_BACK, "complaints/desk/acts/reviews/send_back.html")
def send_back(request: ActionRequest) -> HttpResponse:
    """Send the proposed answer back to be written anew."""
    proposal = request.case.answers.filter(state=AnswerState.PROPOSED).select_related("written_by").first()
    if proposal is None:
        return request.refuse_or_conflict(gettext("No proposed answer is waiting for a signature."))
    if not request.permissions.may_send_back:
        raise Http404
    form = ReasonForm(request.data)
    if not request.is_sent(form):
        return request.page(proposal=proposal)
    actions.send_back(request.case, by=request.user, at=request.at, reason=form.cleaned_data["reason"])
    return request.done(gettext("You sent the answer back. The officers are being told."))
