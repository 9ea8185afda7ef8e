"""A macro on a case: what each step will do, and doing all of them or none."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from complaints.case_text.message_preview import preview
from complaints.desk.macros.offered import ACTION_OF
from complaints.desk.macros.steps import StepRun, do_step, filled_form, first_error, step_refusal
from complaints.engine import notices
from complaints.models import Case, MacroAct, MacroStep
from complaints.models.macros import SPEAKING
from complaints.staff.acts.decision_forms import AcceptForm
from complaints.workflow import ACTIONS, Action, Holder, State
from kit.forms import Form
from notifications.models import Message


@dataclass(frozen=True)
class ShownStep:
    """What a step will do: the ``problem`` that is against it, the promised day, the message, the form of the words.

    ``form`` is that of the words for the citizen, None where the step has none; its errors stand beside its fields.
    """

    step: MacroStep
    problem: str
    due_on: date | None = None
    message: Message | None = None
    form: Form | None = None


def shown_steps(
    steps: Sequence[MacroStep], case: Case, user: User, *, at: datetime, typed: QueryDict | None = None
) -> list[ShownStep]:
    """Return what the steps would do one after another; nothing is written, and ``case`` stays as it is."""
    then, shown = copy.copy(case), list[ShownStep]()
    for step in steps:
        shown.append(_shown(StepRun(step=step, case=then, user=user, at=at, typed=typed)))
        _move(then, ACTION_OF[step.act])
    return shown


def _shown(run: StepRun) -> ShownStep:
    if refusal := step_refusal(run):
        return ShownStep(run.step, refusal)
    form = filled_form(run)
    if run.step.act in SPEAKING:
        return ShownStep(run.step, "", message=_message(run, form), form=form)
    problem = first_error(form)
    if isinstance(form, AcceptForm) and form.due is not None:
        due_on = timezone.localdate(form.due)
        told = notices.preview("case_accepted", case=run.case, on=due_on, at=run.at)
        return ShownStep(run.step, problem, due_on, told)
    return ShownStep(run.step, problem)


def _message(run: StepRun, form: Form) -> Message | None:
    if run.step.act == MacroAct.ASK:
        return preview(Action.ASK, run.case, at=run.at)
    outcome = form["outcome"].value()
    if not outcome:
        return None
    return notices.preview(notices.closing_template(outcome), case=run.case, on=None, at=run.at)


def _move(case: Case, action: Action) -> None:
    """Let ``case``, which is not saved, stand as it will after ``action``."""
    if ACTIONS[action].changes_state:
        case.state = next(iter(ACTIONS[action].targets), State(case.state))
    if action == Action.CONSULT:
        case.holder = Holder.DIRECTORATE


def run_steps(
    steps: Sequence[MacroStep], case: Case, user: User, *, at: datetime, typed: QueryDict | None = None
) -> None:
    """Do the steps one after another, all or none; raise ``StepRefused`` at the first that is not possible.

    ``case`` is as the last step left it, and has to be loaded again after a refusal.
    """
    with transaction.atomic():
        for step in steps:
            do_step(StepRun(step=step, case=case, user=user, at=at, typed=typed))
