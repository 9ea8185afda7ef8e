"""Correcting the topic and the kind of a case, after showing what follows from it."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.actions.classification import effects
from complaints.engine import notices
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.classify_form import ClassifyForm
from complaints.suggestions import owners
from complaints.workflow import Action, State


@action_page(Action.CLASSIFY, "complaints/desk/acts/classification/classify.html")
def classify(request: ActionRequest) -> HttpResponse:
    """Take the kind and the topic, show what changes with them, and correct once that is confirmed."""
    case, at = request.case, request.at
    form = ClassifyForm(request.data, case=case, topic=request.http.GET.get("topic", ""))
    if not request.is_sent(form):
        return _page(request, form)
    kind = form.cleaned_data["kind"]
    actions.classify(case, by=request.user, at=at, topic=form.chosen_topic, kind=kind)
    return request.done(gettext("The case was corrected. Limits, figures and suggestions now go by the correction."))


def _page(request: ActionRequest, form: ClassifyForm) -> HttpResponse:
    case, at = request.case, request.at
    if not request.is_checked:
        return request.page(read=owners.topic_read(case, at=at))
    follows = effects(case, topic=form.chosen_topic, kind=form.cleaned_data["kind"], at=at)
    message = None
    if follows.due_on and case.state == State.IN_PROGRESS:
        message = notices.preview("case_earlier_date", case=case, on=follows.due_on, at=at)
    return request.page(effects=follows, message=message)
