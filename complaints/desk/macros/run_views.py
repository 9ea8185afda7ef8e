"""The page on which a macro is run on one case: what each step will do, then all of them or none."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext

from complaints.actions import linked_cases
from complaints.desk.macros.offered import load_macro
from complaints.desk.macros.running import ShownStep, run_steps, shown_steps
from complaints.desk.macros.steps import StepRefused
from complaints.models import Macro, MacroAct, MacroStep
from complaints.permissions import second_person
from complaints.permissions.annotations import may_change_macro
from complaints.staff.action_pages import ActionRequest, Stale, action_page
from complaints.staff.acts.answer_form import CloseForm
from complaints.staff.loading import load_case
from complaints.workflow import Action
from kit.forms import Form


@action_page(Action.NOTE, "complaints/desk/macros/run.html")
def run_macro(request: ActionRequest, macro: int) -> HttpResponse:
    """Show what each step of the macro will do and what people will be told, then do all steps or none.

    Whoever may write a note works on the case; each step asks who may do it once more.
    """
    found, steps = load_macro(macro, request.user, at=request.at)
    if request.data is not None and any(step.act == MacroAct.CLOSE for step in steps):
        linked_cases.lock_followed(request.case)
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
    reach = linked_cases.answer_reach(case, by=request.user, at=request.at, signed=signed)
    return {
        "closing": form,
        "reach": reach,
        "people": reach.people(case),
        "copies": form.copies,
        "by_unit": signed and second_person.has_no_other_supervisor(case, request.user.pk, at=request.at),
    }
