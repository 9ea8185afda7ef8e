"""Why a case is late: the leadership asks, the desk answers."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.desk.acts.explanations.forms import AskExplanationForm, ExplainForm
from complaints.permissions import late_cases
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.workflow import Action


@action_page(Action.ASK_EXPLANATION, "complaints/desk/acts/explanations/ask.html")
def ask_explanation(request: ActionRequest) -> HttpResponse:
    """Ask the desk why the case is late."""
    form = AskExplanationForm(request.data)
    is_sent = request.is_sent(form)
    if late_cases.open_explanation(request.case) is not None:
        return request.refuse(gettext("An explanation has already been asked for. It has not been answered yet."))
    if not is_sent:
        return request.page()
    actions.ask_explanation(request.case, by=request.user, at=request.at, text=form.cleaned_data["text"])
    return request.done(gettext("Your question is on its way to the officer and the supervisors."))


@action_page(Action.EXPLAIN, "complaints/desk/acts/explanations/explain.html")
def explain(request: ActionRequest) -> HttpResponse:
    """Answer why the case is late."""
    form = ExplainForm(request.data)
    if not request.is_sent(form):
        return request.page(asked=late_cases.open_explanation(request.case))
    asked = actions.explain(request.case, by=request.user, at=request.at, text=form.cleaned_data["text"])
    return request.done(gettext("%(name)s is being told of your explanation.") % {"name": asked.asked_by.name})
