"""Passing praise on to the people it is for."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.acts.praise_form import DeliverForm
from complaints.staff.forms import active_directorates
from complaints.workflow import Action


@action_page(Action.DELIVER, "complaints/desk/acts/praise/deliver.html")
def deliver(request: ActionRequest) -> HttpResponse:
    """Confirm that the praise was passed on; the citizen is told, and the case is over."""
    case = request.case
    directorates = active_directorates(case)
    form = DeliverForm(request.data, directorates=directorates)
    if not request.is_sent(form):
        return request.page()
    actions.deliver(case, by=request.user, at=request.at, directorate=form.chosen_directorate)
    return request.done(gettext("You confirmed that the praise was passed on. The citizen is being told."))
