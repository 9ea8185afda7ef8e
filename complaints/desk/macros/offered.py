"""The macros of a person: those offered for a case or for many, and which steps cannot be done any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from django.db import models
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Membership, User
from accounts.roles import CMU, DESK, Role
from complaints.case_text.estimates import days_label
from complaints.desk.acts.notes.forms import GONE
from complaints.models import Macro, MacroAct, MacroStep
from complaints.permissions.annotations import readable_macros
from complaints.permissions.case_permissions import CasePermissions
from complaints.workflow import ACTIONS, Action
from kit.statements import Statement

#: Macros that are offered on one page; nobody reads a longer list.
MOST_OFFERED: Final = 20
#: What the step does, as the table of actions calls it.
ACTION_OF: Final[Mapping[str, Action]] = {
    MacroAct.LABEL: Action.LABEL,
    MacroAct.ASSIGN: Action.ASSIGN,
    MacroAct.NOTE: Action.NOTE,
    MacroAct.ACCEPT: Action.ACCEPT,
    MacroAct.CONSULT: Action.CONSULT,
    MacroAct.ASK: Action.ASK,
    MacroAct.CLOSE: Action.CLOSE,
}


class OfferedMacro(NamedTuple):
    """A macro as it is offered, with the acts of its steps in order."""

    id: int
    name: str
    acts: Sequence[str]


_MACROS: Final = Statement(Path(__file__).with_name("macros.sql"), OfferedMacro)


def offered_macros(user: User, *, at: datetime) -> list[OfferedMacro]:
    """Return the macros ``user`` may run, their own first; one statement."""
    agencies = sorted(user.authority(at).agencies(DESK | CMU))
    return _MACROS.prepared_rows(user=user.pk, agencies=agencies, most=MOST_OFFERED)


def fitting_macros(permissions: CasePermissions) -> list[OfferedMacro]:
    """Return the macros that can begin on the case now: each step up to the first that moves the case; one statement.

    No statement for whoever only reads the case.
    """
    if not permissions.may(Action.NOTE):
        return []
    found = offered_macros(permissions.user, at=permissions.at)
    return [macro for macro in found if _can_begin(macro.acts, permissions)]


def _can_begin(acts: Sequence[str], permissions: CasePermissions) -> bool:
    for act in acts:
        if not _may(act, permissions):
            return False
        if ACTIONS[ACTION_OF[act]].changes_state:
            break
    return bool(acts)


def _may(act: str, permissions: CasePermissions) -> bool:
    match act:
        case MacroAct.CONSULT:
            return permissions.may_consult
        case MacroAct.CLOSE:
            return permissions.may_close
    action = ACTION_OF[act]
    return action in permissions.transitions if ACTIONS[action].changes_state else permissions.may(action)


# ---- one macro ----


def load_macro(key: int, user: User, *, at: datetime) -> tuple[Macro, list[MacroStep]]:
    """Return a macro ``user`` may run and its steps; 404 alike for one that does not exist and one of others.

    The steps are read first: whoever changes them in between changes ``changed_at`` too, which forms compare.
    """
    found = readable_macros(user, at=at).filter(pk=key)
    steps = list(steps_in_order().filter(macro__in=found))
    macro = found.select_related("agency", "changed_by").first()
    if macro is None:
        raise Http404
    return macro, steps


def steps_in_order() -> models.QuerySet[MacroStep]:
    """Return all steps in their order, with what they name."""
    return MacroStep.objects.select_related("colleague", "directorate", "standard_text").order_by("macro", "number")


def in_words(step: MacroStep) -> str:
    """Return what a step does and holds, in one line."""
    text = step.standard_text.title if step.standard_text else step.text
    held = [step.label, step.colleague, step.directorate, step.days and days_label(step.days), text]
    words = gettext(", ").join(str(one) for one in held if one)
    return f"{step.get_act_display()}: {words}" if words else str(step.get_act_display())


# ---- steps that cannot be done any more ----


def lasting_fault(step: MacroStep) -> str:
    """Return why ``step`` cannot be done on any case any more, empty while it can."""
    if step.act == MacroAct.CLOSE and step.standard_text is None:
        return gettext("Its standard text was deleted. Choose another one, or remove the step.")
    if step.directorate is not None and not step.directorate.is_active:
        return gettext("Its directorate no longer exists. Choose another one, or remove the step.")
    return ""


def with_faults(steps: Iterable[MacroStep], user: User, *, at: datetime) -> list[tuple[MacroStep, str]]:
    """Return each step with its fault, empty where it has none; one statement beside that of the steps."""
    officers = set(_officers(user, at))
    return [(step, lasting_fault(step) or _officer_fault(step, officers)) for step in steps]


def _officers(user: User, at: datetime) -> models.QuerySet[Membership, UUID]:
    agencies = user.authority(at).agencies(DESK | CMU)
    today = Membership.objects.active(timezone.localdate(at)).filter(role=Role.OFFICER, agency__in=agencies)
    return today.values_list("user", flat=True)


def _officer_fault(step: MacroStep, officers: Collection[UUID]) -> str:
    return str(GONE) if step.colleague_id and step.colleague_id not in officers else ""
