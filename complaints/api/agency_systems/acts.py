"""What the case system of an agency may do: accept, decline, return, ask, close, pass praise on, as at the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from agencies.models import current_calendar
from complaints import actions
from complaints.actions import links
from complaints.api.signed_calls import CallRefused, as_typed, require_valid
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case
from complaints.permissions.case_permissions import case_permissions
from complaints.permissions.rulings import AgencyEnded
from complaints.staff.acts import AcceptForm, AskForm, CloseForm, DeliverForm, RefuseForm
from complaints.staff.forms import active_directorates, other_agencies
from complaints.workflow import Action, Kind

#: Takes the case, the officer in whose name it is done, the fields and the moment; returns what is answered besides.
type Act = Callable[[Case, User, Mapping[str, Any], datetime], dict[str, Any]]


def _accept(case: Case, by: User, fields: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    directorates = active_directorates(case)
    form = AcceptForm(as_typed(fields), case=case, directorates=directorates, calendar=current_calendar(), at=at)
    require_valid(form, fields)
    actions.accept(case, by=by, at=at, days=form.cleaned_data["days"], directorate=form.chosen_directorate)
    return {}


def _refuse(action: Callable[..., None]) -> Act:
    def act(case: Case, by: User, fields: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        agencies = other_agencies(case, on=timezone.localdate(at))
        form = RefuseForm(as_typed(fields), agencies=agencies, own=case.agency)
        require_valid(form, fields)
        words = {"reason": form.cleaned_data["reason"], "text": form.cleaned_data["text"]}
        try:
            action(case, by=by, at=at, proposed_agency=form.chosen_agency, **words)
        except AgencyEnded:
            text = gettext("This agency no longer exists. Propose another one")
            raise CallRefused(422, "invalid", text, fields={"proposed_agency": [text]}) from None
        return {}

    return act


def _ask(case: Case, by: User, fields: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    form = AskForm(as_typed(fields))
    require_valid(form, fields)
    actions.ask(case, by=by, at=at, text=form.cleaned_data["text"])
    return {}


def _close(case: Case, by: User, fields: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    if case.kind == Kind.PRAISE or not case_permissions(case, by, at=at).may_write_answer:
        raise TransitionNotAllowed(Action.CLOSE, case)
    links.lock_followed(case)
    form = CloseForm({**as_typed(fields), "send": "1"}, case=case, user=by, at=at)
    require_valid(form, fields)
    answer = actions.close(case, by=by, at=at, **form.answer)
    return {"answer": str(answer.state)}


def _deliver(case: Case, by: User, fields: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    form = DeliverForm(as_typed(fields), directorates=active_directorates(case))
    require_valid(form, fields)
    actions.deliver(case, by=by, at=at, directorate=form.chosen_directorate)
    return {}


ACTS: Final[Mapping[str, Act]] = {
    Action.ACCEPT: _accept,
    Action.DECLINE: _refuse(actions.decline),
    Action.RETURN: _refuse(actions.return_case),
    Action.ASK: _ask,
    Action.CLOSE: _close,
    Action.DELIVER: _deliver,
}
