"""The pages of what a desk lays beside one case: its labels, and a reminder."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.actions.labels import labels_on
from complaints.actions.reminders import NobodyToRemind, RemindedToday, Whom
from complaints.desk.queue.forms import LabelsForm, RemindForm
from complaints.staff.acts import Doing, act
from complaints.workflow import Action


@act(Action.LABEL, "complaints/desk/acts/labels/label.html")
def label(doing: Doing) -> HttpResponse:
    """Put a label on the case, and take others off."""
    form = LabelsForm(doing.data, labels=labels_on(doing.case, doing.user, at=doing.at))
    if not doing.is_sent(form):
        return doing.page()
    for name in form.cleaned_data["off"]:
        actions.unlabel(doing.case, by=doing.user, at=doing.at, name=name)
    if form.cleaned_data["name"]:
        actions.label(doing.case, by=doing.user, at=doing.at, name=form.cleaned_data["name"])
    return doing.done(gettext("The labels were changed."))


@act(Action.REMIND, "complaints/desk/acts/labels/remind.html")
def remind(doing: Doing) -> HttpResponse:
    """Remind the officer of the case, or the directorate that was asked."""
    form = RemindForm(doing.data)
    if not doing.is_sent(form):
        return doing.page()
    action = actions.remind_officer if form.cleaned_data["whom"] == Whom.OFFICER else actions.remind_directorate
    try:
        action(doing.case, by=doing.user, at=doing.at)
    except RemindedToday:
        return doing.refuse(gettext("A reminder was sent today already."))
    except NobodyToRemind:
        return doing.refuse(gettext("Nobody owes anything on it now who could be reminded."))
    return doing.done(gettext("The reminder is on its way."))
