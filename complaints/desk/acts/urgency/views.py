"""Taking the urgent mark off a case."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.workflow import Action
from kit.forms import Form


@action_page(Action.CLEAR_URGENT, "complaints/desk/acts/urgency/clear_urgent.html")
def clear_urgent(request: ActionRequest) -> HttpResponse:
    """Say that nobody is in danger: the case goes to its place in the queue."""
    if not request.is_sent(Form(request.data)):
        return request.page()
    actions.clear_urgent(request.case, by=request.user, at=request.at)
    return request.done(gettext("The case is no longer marked as urgent."))
