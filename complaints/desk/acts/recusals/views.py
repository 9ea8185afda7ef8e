"""The pages on whom a case is about: set a colleague or oneself aside, and take that back."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from accounts.models import User
from complaints import actions
from complaints.actions.recusals import colleagues
from complaints.desk.acts.recusals.forms import ConcernForm
from complaints.staff.acts import Doing, act
from complaints.workflow import Action


@act(Action.RECUSE, "complaints/desk/acts/recusals/concern.html")
def set_aside(doing: Doing) -> HttpResponse:
    """Keep somebody off the case, because it is about them."""
    people = colleagues(doing.case, doing.user, at=doing.at)
    form = ConcernForm(doing.data, people=people)
    if not doing.is_sent(form):
        return doing.page(is_oneself=len(people) == 1)
    actions.recuse(doing.case, by=doing.user, at=doing.at, person=form.chosen, text=form.cleaned_data["text"])
    if form.chosen == doing.user:
        return doing.done(gettext("You are set aside: the case is no longer shown to you."))
    return doing.done(gettext("%(person)s is set aside and no longer sees the case.") % {"person": form.chosen.name})


@act(Action.END_RECUSAL, "complaints/desk/acts/recusals/clear.html")
def clear(doing: Doing) -> HttpResponse:
    """Let somebody handle the case again."""
    form = ConcernForm(doing.data, people=list(User.objects.filter(pk__in=doing.case.recused)))
    is_sent = doing.is_sent(form)
    if not form.people:
        return doing.refuse(gettext("Nobody is set aside on this case."))
    if not is_sent:
        return doing.page()
    actions.end_recusal(doing.case, by=doing.user, at=doing.at, person=form.chosen, text=form.cleaned_data["text"])
    return doing.done(gettext("%(person)s may handle the case again.") % {"person": form.chosen.name})
