"""What an agent may do on a case for its caller: the same forms and actions as the citizen's own pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from complaints import actions
from complaints.actions.notes import HeldByAnother
from complaints.actions.ratings import rate
from complaints.actions.topic_answers import questions_for
from complaints.contact_centre.callers.forms import CallerAddForm, CallerObjectionForm
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case
from complaints.own_cases.forms import AmendForm, WithdrawForm
from complaints.own_cases.rating_form import RatingForm
from complaints.permissions import policy
from complaints.permissions.ratings import rating_window
from complaints.staff.handing_over import HandOverForm, offered_centres
from complaints.workflow import Action

type Data = Mapping[str, Any] | None


@dataclass(frozen=True)
class CallerAct:
    """One thing that can be done for a caller: its name, its form, what does it, and what is said afterwards."""

    action: Action
    title: StrPromise
    form: Callable[[Data, Case], forms.Form]
    do: Callable[[Case, User, datetime, Any], object]
    done: StrPromise


def _amend_form(data: Data, case: Case) -> AmendForm:
    return AmendForm(data, case=case, questions=questions_for(case.topic, kind=case.kind))


def _withdraw_form(data: Data, case: Case) -> WithdrawForm:  # noqa: ARG001 - one shape for all acts
    form = WithdrawForm(data)
    form.fields["because"].label = _("Why is the caller withdrawing it?")
    return form


def _rating_form(data: Data, case: Case) -> RatingForm:
    window = rating_window(case)
    form = RatingForm(
        data, kind=case.kind, count=window.count if window else 0, rating=window.rating if window else None
    )
    form.fields["treated"].label = _("How was the caller treated?")
    form.fields["text"].label = _("What does the caller say about it?")
    return form


def _hand_over(case: Case, by: User, at: datetime, form: HandOverForm) -> None:
    centre, reference = form.chosen, form.cleaned_data["reference"]
    try:
        actions.hand_over(case, by=by, at=at, centre=centre, reference=reference)
    except HeldByAnother:
        # A directorate or another centre has it, which the agent does not see.
        raise TransitionNotAllowed(Action.HAND_OVER, case) from None


ACTS: Final[dict[str, CallerAct]] = {
    "add": CallerAct(
        Action.ADD,
        _("Add information"),
        lambda data, _case: CallerAddForm(data),
        lambda case, by, at, form: actions.add(case, by=by, at=at, text=form.cleaned_data["text"]),
        _("What the caller added was sent."),
    ),
    "correct": CallerAct(
        Action.AMEND,
        _("Correct the text"),
        _amend_form,
        lambda case, by, at, form: actions.amend(case, by=by, at=at, **form.words),
        _("The correction was saved."),
    ),
    "hand-over": CallerAct(
        Action.HAND_OVER,
        _("Hand over to an outside centre"),
        lambda data, case: HandOverForm(data, offered=offered_centres(case)),
        _hand_over,
        _("The case is with the outside centre. The agency stays responsible."),
    ),
    "object": CallerAct(
        Action.OBJECT,
        _("Object to the answer"),
        lambda data, _case: CallerObjectionForm(data),
        lambda case, by, at, form: actions.object_to(case, by=by, at=at, text=form.cleaned_data["text"]),
        _("The objection was sent in the caller's name. The CMU decides on it."),
    ),
    "rate": CallerAct(
        Action.RATE,
        _("Rate the answer"),
        _rating_form,
        lambda case, by, at, form: rate(case, by=by, at=at, **form.said),
        _("The rating was saved in the caller's name."),
    ),
    "withdraw": CallerAct(
        Action.WITHDRAW,
        _("Withdraw the case"),
        _withdraw_form,
        lambda case, by, at, form: actions.withdraw(case, by=by, at=at, **form.cleaned_data),
        _("The case was withdrawn in the caller's name. This cannot be undone."),
    ),
}


def possible_acts(case: Case, user: User, *, at: datetime) -> list[tuple[str, StrPromise]]:
    """Return the names and titles of what ``user`` may do now on ``case`` for its caller."""
    return [(name, act.title) for name, act in ACTS.items() if policy.may(case, act.action, user, at=at)]
