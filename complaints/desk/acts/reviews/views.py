"""A second person says no: to a later date, or to a proposed answer."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.desk.acts.reviews.forms import ReasonForm
from complaints.desk.case_page import panel
from complaints.models import AnswerState, ExtensionState
from complaints.staff.acts import Doing, _nothing, act
from complaints.workflow import Action


@act(Action.REFUSE_EXTENSION, "complaints/desk/acts/reviews/refuse_extension.html")
def refuse_extension(doing: Doing) -> HttpResponse:
    """Refuse the later date that is proposed; the promised one stays."""
    extension = doing.case.extensions.filter(state=ExtensionState.PROPOSED).select_related("proposed_by").first()
    if extension is None:
        return _nothing(doing, gettext("No later date waits for a decision."))
    if not panel.sight_of(doing.case, doing.user, at=doing.at).may_refuse_date:
        raise Http404
    form = ReasonForm(doing.data)
    if not doing.is_sent(form):
        return doing.page(extension=extension)
    actions.refuse_extension(doing.case, by=doing.user, at=doing.at, reason=form.cleaned_data["reason"])
    return doing.done(gettext("You refused the later date. The promised date stays, and the officers are being told."))


@act(Action.SEND_BACK, "complaints/desk/acts/reviews/send_back.html")
def send_back(doing: Doing) -> HttpResponse:
    """Send the proposed answer back to be written anew."""
    proposal = doing.case.answers.filter(state=AnswerState.PROPOSED).select_related("written_by").first()
    if proposal is None:
        return _nothing(doing, gettext("No proposed answer waits for a signature."))
    if not panel.sight_of(doing.case, doing.user, at=doing.at).may_send_back:
        raise Http404
    form = ReasonForm(doing.data)
    if not doing.is_sent(form):
        return doing.page(proposal=proposal)
    actions.send_back(doing.case, by=doing.user, at=doing.at, reason=form.cleaned_data["reason"])
    return doing.done(gettext("You sent the answer back. The officers are being told."))
