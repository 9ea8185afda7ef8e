"""What each step of a macro does: the form and the action of the page on which the same is done by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from agencies.models import current_calendar
from complaints import actions
from complaints.actions import consultations
from complaints.actions.answers import AnswerLacksSubstance
from complaints.actions.consultations import NotOfTheAgency
from complaints.actions.decisions import PromiseTooLate
from complaints.actions.notes import HeldByAnother, NotAnOfficer, candidates
from complaints.desk.acts.labels.forms import LabelForm
from complaints.desk.acts.notes.forms import GONE, AssignForm, NoteForm
from complaints.desk.directorate.findings import last_consultation
from complaints.desk.directorate.forms import NO_MORE, ConsultForm
from complaints.desk.macros.offered import ACTION_OF, lasting_fault
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, MacroAct, MacroStep
from complaints.permissions import policy
from complaints.staff import standard_texts
from complaints.staff.acts.answer_form import CloseForm
from complaints.staff.acts.decision_forms import AcceptForm, AskForm
from complaints.staff.forms import active_directorates
from complaints.track_record.directorates import last_directorate
from complaints.visibility.identity import StaffVisibility
from complaints.workflow import WRITERS
from kit.forms import Form

NOT_POSSIBLE = _("This step is not possible in the status that the case will have then.")
NOT_FITTING = _("Its standard text does not fit the topic or the kind of this case.")


class StepRefused(Exception):
    """A step cannot be done; ``words`` say why."""

    def __init__(self, step: MacroStep, words: object) -> None:
        super().__init__(f"step {step.number}")
        self.step, self.words = step, str(words)


@dataclass(frozen=True, kw_only=True)
class StepRun:
    """One step on one case; ``typed`` are the words for the citizen as they were sent, None before that."""

    step: MacroStep
    case: Case
    user: User
    at: datetime
    typed: QueryDict | None = None

    @property
    def text(self) -> standard_texts.OfferedText | None:
        """Return the standard text of the step, filled in for the case; None where it does not fit."""
        visibility = StaffVisibility(self.user, self.at).of(self.case)
        offered = standard_texts.offered_texts(visibility, at=self.at)
        return next((text for text in offered if text.id == self.step.standard_text_id), None)


# ---- the forms, filled in by the step ----


def _accept_form(run: StepRun) -> AcceptForm:
    """Return the form of accepting: what the step leaves open is as the page for it fills it in."""
    about: dict[str, Any] = {
        "case": run.case,
        "directorates": active_directorates(run.case),
        "calendar": current_calendar(),
        "at": run.at,
        "asked": last_consultation(run.case),
        "usual": last_directorate(run.case.agency_id, run.case.topic_id),
    }
    chosen = {"directorate": run.step.directorate_id and str(run.step.directorate_id), "days": run.step.days}
    filled = {name: value for name, value in chosen.items() if value}
    return AcceptForm({**AcceptForm(None, **about).initial, **filled}, **about)


def _assign_form(run: StepRun) -> AssignForm:
    return AssignForm({"officer": str(run.step.colleague_id)}, officers=list(candidates(run.case, at=run.at)))


def _consult_form(run: StepRun) -> ConsultForm:
    data = {"directorate": str(run.step.directorate_id), "text": run.step.text, "language": "ar"}
    return ConsultForm(data, directorates=active_directorates(run.case))


def _ask_form(run: StepRun) -> AskForm:
    return AskForm(run.typed, initial={"text": run.step.text})


def _close_form(run: StepRun) -> CloseForm:
    about: dict[str, Any] = {"case": run.case, "user": run.user, "at": run.at}
    if run.typed is not None:
        return CloseForm(run.typed, **about)
    text = run.text
    return CloseForm(None, typed=standard_texts.insert_text(text, {}) if text else {}, **about)


# ---- the actions ----


def _accept(run: StepRun, form: Form) -> None:
    accepted = cast("AcceptForm", form)
    days, directorate = accepted.cleaned_data["days"], accepted.chosen_directorate
    actions.accept(run.case, by=run.user, at=run.at, days=days, directorate=directorate)


def _assign(run: StepRun, form: Form) -> None:
    officer = cast("AssignForm", form).chosen
    if run.case.officer_id != officer.pk:
        actions.assign(run.case, by=run.user, at=run.at, officer=officer)


def _consult(run: StepRun, form: Form) -> None:
    asked = cast("ConsultForm", form)
    words = {name: asked.cleaned_data[name] for name in ("text", "language")}
    consultations.consult(run.case, by=run.user, at=run.at, directorate=asked.chosen_directorate, **words)


def _close(run: StepRun, form: Form) -> None:
    actions.close(run.case, by=run.user, at=run.at, **cast("CloseForm", form).answer)


@dataclass(frozen=True)
class _StepRule:
    form: Callable[[StepRun], Form]
    do: Callable[[StepRun, Form], object]


def _act_with_field(action: Callable[..., object], name: str) -> Callable[[StepRun, Form], object]:
    """Return what does ``action`` with the one word or text of the form."""
    return lambda run, form: action(run.case, by=run.user, at=run.at, **{name: form.cleaned_data[name]})


_RULES: Final[Mapping[str, _StepRule]] = {
    MacroAct.LABEL: _StepRule(lambda run: LabelForm({"name": run.step.label}), _act_with_field(actions.label, "name")),
    MacroAct.ASSIGN: _StepRule(_assign_form, _assign),
    MacroAct.NOTE: _StepRule(lambda run: NoteForm({"text": run.step.text}), _act_with_field(actions.note, "text")),
    MacroAct.ACCEPT: _StepRule(_accept_form, _accept),
    MacroAct.CONSULT: _StepRule(_consult_form, _consult),
    MacroAct.ASK: _StepRule(_ask_form, _act_with_field(actions.ask, "text")),
    MacroAct.CLOSE: _StepRule(_close_form, _close),
}
_REFUSALS: Final[Mapping[type[Exception], StrPromise]] = {
    TransitionNotAllowed: NOT_POSSIBLE,
    NotEntitled: _("You are not allowed to do this to this case."),
    NotAnOfficer: GONE,
    NotOfTheAgency: NO_MORE,
    HeldByAnother: _(
        "The case is with a directorate or an outside centre. It must come back before you ask another one."
    ),
    PromiseTooLate: _("The time is longer than the limit of the topic allows."),
    AnswerLacksSubstance: _("The answer cannot be sent as it is. Open the page for closing and write it there."),
}


def filled_form(run: StepRun) -> Form:
    """Return the form of the step, filled in."""
    return _RULES[run.step.act].form(run)


def step_refusal(run: StepRun) -> str:
    """Return why the step cannot be done to the case as it stands in ``run``, empty where nothing is against it."""
    if fault := lasting_fault(run.step):
        return fault
    action = ACTION_OF[run.step.act]
    if not policy.may(run.case, action, run.user, at=run.at):
        return str(NOT_POSSIBLE)
    if run.step.act == MacroAct.CLOSE:
        may_write = WRITERS & policy.actors(run.case, run.user, at=run.at)
        return "" if may_write and run.text else str(NOT_FITTING if may_write else _REFUSALS[NotEntitled])
    return ""


def do_step(run: StepRun) -> None:
    """Do the step as its page does; raise ``StepRefused`` where that is not possible. The caller has a transaction."""
    if refusal := step_refusal(run):
        raise StepRefused(run.step, refusal)
    form = filled_form(run)
    if not form.is_valid():
        raise StepRefused(run.step, first_error(form))
    try:
        _RULES[run.step.act].do(run, form)
    except tuple(_REFUSALS) as refused:
        words = next(words for kind, words in _REFUSALS.items() if isinstance(refused, kind))
        raise StepRefused(run.step, words) from refused


def first_error(form: Form) -> str:
    """Return the first error of a form in words, empty where there is none."""
    return next((str(error) for errors in form.errors.values() for error in errors), "")
