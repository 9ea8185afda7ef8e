"""A macro on a case: what each step will do, and doing all of them or none."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from django.db import models, transaction
from django.http import Http404, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import Membership, User
from accounts.roles import CMU, DESK, Role
from agencies.models import current_calendar
from complaints import actions
from complaints.actions import consultations, links
from complaints.actions.answers import AnswerLacksSubstance
from complaints.actions.consultations import NotOfTheAgency
from complaints.actions.decisions import PromiseTooLate
from complaints.actions.notes import HeldByAnother, NotAnOfficer, candidates
from complaints.case_text.deadline import days_label
from complaints.case_text.messages import preview
from complaints.desk.annotations import GONE, AssignForm, LabelForm, NoteForm
from complaints.desk.directorate_forms import NO_MORE, ConsultForm, last_consultation
from complaints.engine import notices
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, Macro, MacroAct, MacroStep
from complaints.models.annotations import SPEAKING
from complaints.permissions import policy, rulings
from complaints.permissions.case_permissions import CasePermissions
from complaints.permissions.readers import may_change_macro, readable_macros
from complaints.staff import forms
from complaints.staff.action_pages import ActionRequest, Stale, action_page
from complaints.staff.acts import AcceptForm, AskForm, CloseForm
from complaints.staff.forms import active_directorates
from complaints.staff.frame import load_case
from complaints.track_record.counting import last_directorate
from complaints.visibility.redaction import StaffVisibility
from complaints.workflow import ACTIONS, WRITERS, Action, Holder, State
from kit.forms import Card, ChoiceCardsField, Form
from kit.statements import Statement
from notifications.models import Message

# ---- The macros of a person: those offered for a case or for many, and which steps cannot be done any more. ----


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


# ---- What each step of a macro does: the form and the action of the page on which the same is done by hand. ----


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
    def text(self) -> forms.OfferedText | None:
        """Return the standard text of the step, filled in for the case; None where it does not fit."""
        visibility = StaffVisibility(self.user, self.at).of(self.case)
        offered = forms.offered_texts(visibility, at=self.at)
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
    return CloseForm(None, typed=forms.insert_text(text, {}) if text else {}, **about)


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


# ---- Macros on many cases at once: each case by itself, all steps or none; no macro whose words a citizen would
# read.


class CaseRefused(Exception):
    """The macro is not possible on one case; the text of the exception says why, in the reader's language."""


class MacroChoiceForm(Form):
    """The macro that is run on the cases; each says its steps."""

    macro = ChoiceCardsField(
        label=_("Macro"),
        help_text=_("Macros with a question or an answer to the citizen are run from the page of each case."),
        error_messages={"required": _("Choose a macro"), "invalid_choice": _("Choose a macro, and read its steps")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, user: User, at: datetime) -> None:
        super().__init__(data)
        self.steps = bulk_macros(user, at=at)
        self.offer(
            "macro",
            [Card(key, found[0].macro.name, " · ".join(map(in_words, found))) for key, found in self.steps.items()],
        )

    @property
    def chosen(self) -> Sequence[MacroStep]:
        """Return the steps of the macro chosen."""
        return self.steps[self.cleaned_data["macro"]]


def bulk_macros(user: User, *, at: datetime) -> dict[str, list[MacroStep]]:
    """Return the steps of each macro ``user`` may run on many cases, by a key that changes with it; one statement."""
    rows = steps_in_order().select_related("macro", "colleague", "directorate", "standard_text")
    rows = rows.filter(macro__in=readable_macros(user, at=at)).order_by("macro__name", "macro", "number")
    found = {
        f"{macro.pk}-{macro.changed_at.timestamp()}": list(steps)
        for macro, steps in groupby(rows, lambda one: one.macro)
    }
    return {key: steps for key, steps in found.items() if not {step.act for step in steps} & SPEAKING}


def macro_action(steps: Sequence[MacroStep], user: User, *, at: datetime) -> Callable[[Case], bool]:
    """Return what does ``steps`` to one case; it raises ``CaseRefused`` with the step that is not possible."""

    def action(case: Case) -> bool:
        try:
            run_steps(steps, case, user, at=at)
        except StepRefused as refused:
            words = f"{refused.step.get_act_display()}: {refused.words}"
            raise CaseRefused(words) from refused
        return True

    return action


# ---- The page on which a macro is run on one case: what each step will do, then all of them or none. ----


@action_page(Action.NOTE, "complaints/desk/macros/run.html")
def run_macro(request: ActionRequest, macro: int) -> HttpResponse:
    """Show what each step of the macro will do and what people will be told, then do all steps or none.

    Whoever may write a note works on the case; each step asks who may do it once more.
    """
    found, steps = load_macro(macro, request.user, at=request.at)
    if request.data is not None and any(step.act == MacroAct.CLOSE for step in steps):
        links.lock_followed(request.case)
    shown = shown_steps(steps, request.case, request.user, at=request.at, typed=request.data)
    form = next((step.form for step in shown if step.form), Form(request.data))
    is_sent, is_same = _is_sent(request, form), _is_as_read(request, found)
    if not is_sent or not is_same or not steps:
        return _page(request, found, shown, is_changed=not is_same)
    try:
        run_steps(steps, request.case, request.user, at=request.at, typed=request.data)
    except StepRefused as refused:
        return _refused(request, found, steps, refused)
    return request.done(gettext("All steps of the macro “%(name)s” were done.") % {"name": found.name}, moves_on=True)


def _is_sent(request: ActionRequest, form: Form) -> bool:
    try:
        return request.is_sent(form)
    except Stale:
        # What the steps do was shown for the case as it was: the page is to be opened anew.
        request.form = None
        raise


def _is_as_read(request: ActionRequest, macro: Macro) -> bool:
    """Tell whether the macro is the one that whoever sends the form has read."""
    return request.data is None or request.data.get("seen") == macro.changed_at.isoformat()


def _refused(request: ActionRequest, macro: Macro, steps: list[MacroStep], refused: StepRefused) -> HttpResponse:
    """Show the page again, with the reason beside the step; the case is read anew, for nothing was written."""
    request.case = load_case(request.user, request.case.reference, at=request.at)
    shown = shown_steps(steps, request.case, request.user, at=request.at, typed=request.data)
    request.form = next((step.form for step in shown if step.form), Form(request.data))
    return _page(request, macro, shown, refused=refused)


def _page(
    request: ActionRequest,
    macro: Macro,
    shown: list[ShownStep],
    *,
    refused: StepRefused | None = None,
    is_changed: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {"macro": macro, "shown": shown, "refused": refused, "is_changed": is_changed}
    context["may_run"] = bool(shown) and not any(step.problem for step in shown)
    context["may_change"] = may_change_macro(macro, request.user, at=request.at)
    closing = next((step.form for step in shown if isinstance(step.form, CloseForm)), None)
    return request.page(**context, **(_reach(request, closing) if closing else {}))


def _reach(request: ActionRequest, form: CloseForm) -> dict[str, Any]:
    """Return whom the answer reaches beside the citizen, which unlinked cases had the same, and who signs it."""
    case, signed = request.case, request.case.needs_second_signature
    reach = links.answer_reach(case, by=request.user, at=request.at, signed=signed)
    return {
        "closing": form,
        "reach": reach,
        "people": reach.people(case),
        "copies": form.copies,
        "by_unit": signed and rulings.has_no_other_supervisor(case, request.user.pk, at=request.at),
    }
