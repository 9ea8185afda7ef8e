"""The labels of a case, and a reminder about it."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.actions.labels import labels_on
from complaints.actions.reminders import NobodyToRemind, RemindedToday, Whom, remindable
from complaints.desk.acts.labels.forms import LabelsForm, RemindForm
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.workflow import Action


@action_page(Action.LABEL, "complaints/desk/acts/labels/label.html")
def label(request: ActionRequest) -> HttpResponse:
    """Put a label on the case, and take others off."""
    form = LabelsForm(request.data, labels=labels_on(request.case, request.user, at=request.at))
    if not request.is_sent(form):
        return request.page()
    for name in form.cleaned_data["off"]:
        actions.unlabel(request.case, by=request.user, at=request.at, name=name)
    if form.cleaned_data["name"]:
        actions.label(request.case, by=request.user, at=request.at, name=form.cleaned_data["name"])
    return request.done(gettext("The labels were changed."))


@action_page(Action.REMIND, "complaints/desk/acts/labels/remind.html")
def remind(request: ActionRequest) -> HttpResponse:
    """Remind the officer of the case, or the directorate that was asked."""
    form = RemindForm(request.data, whom=remindable(request.case, by=request.user, at=request.at))
    if not form.has_anybody:
        return request.refuse(_nobody())
    if not request.is_sent(form):
        return request.page()
    action = actions.remind_officer if form.cleaned_data["whom"] == Whom.OFFICER else actions.remind_directorate
    try:
        action(request.case, by=request.user, at=request.at)
    except RemindedToday:
        return request.refuse(gettext("A reminder was already sent today."))
    except NobodyToRemind:
        return request.refuse(_nobody())
    return request.done(gettext("The reminder is on its way."))


def _nobody() -> str:
    return gettext("There is no one to remind about this case now.")
