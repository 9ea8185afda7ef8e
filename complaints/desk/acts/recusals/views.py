"""Recusing a colleague or oneself from a case, and ending that."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from accounts.models import User
from complaints import actions
from complaints.actions.recusals import colleagues
from complaints.desk.acts.recusals.forms import RecusalForm
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.workflow import Action


@action_page(Action.RECUSE, "complaints/desk/acts/recusals/recuse.html")
def recuse(request: ActionRequest) -> HttpResponse:
    """Keep somebody off the case, because it is about them."""
    people = colleagues(request.case, request.user, at=request.at)
    form = RecusalForm(request.data, people=people)
    if not request.is_sent(form):
        return request.page(is_oneself=len(people) == 1)
    actions.recuse(request.case, by=request.user, at=request.at, person=form.chosen, text=form.cleaned_data["text"])
    if form.chosen == request.user:
        return request.done(gettext("You are excluded from this case and can no longer see it."))
    return request.done(
        gettext("%(person)s is excluded and can no longer see this case.") % {"person": form.chosen.name}
    )


@action_page(Action.END_RECUSAL, "complaints/desk/acts/recusals/end_recusal.html")
def end_recusal(request: ActionRequest) -> HttpResponse:
    """Let somebody handle the case again."""
    form = RecusalForm(request.data, people=list(User.objects.filter(pk__in=request.case.recused)))
    is_sent = request.is_sent(form)
    if not form.people:
        return request.refuse(gettext("No one is excluded from this case."))
    if not is_sent:
        return request.page()
    actions.end_recusal(
        request.case, by=request.user, at=request.at, person=form.chosen, text=form.cleaned_data["text"]
    )
    return request.done(gettext("%(person)s can handle the case again.") % {"person": form.chosen.name})
