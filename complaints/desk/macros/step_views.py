"""The page of one step of a macro."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_required
from complaints.desk.macros.changes import MacroEdit, open_edit
from complaints.desk.macros.forms import StepForm
from complaints.desk.macros.offered import lasting_fault
from complaints.models import MacroStep
from complaints.staff.frame import CASEWORK, frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def add_step(request: HttpRequest, macro: int, macro_act: str) -> HttpResponse:
    """Add a step at the end of the macro."""
    with transaction.atomic():
        edit = open_edit(request, macro)
        if macro_act not in edit.reach.acts:
            raise Http404
        if macro_act not in edit.acts_to_add and not edit.is_overtaken:
            messages.warning(request, gettext("This macro cannot have another step of this kind."))
            return redirect("macro", macro=macro)
        return _save_step(edit, MacroStep(macro=edit.macro, act=macro_act, number=len(edit.steps) + 1))


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def change_step(request: HttpRequest, macro: int, step: int) -> HttpResponse:
    """Change what a step needs; what it does stays."""
    with transaction.atomic():
        edit = open_edit(request, macro)
        found = next((one for one in edit.steps if one.pk == step), None)
        if found is None:
            raise Http404
        return _save_step(edit, found)


def _save_step(edit: MacroEdit, step: MacroStep) -> HttpResponse:
    form = StepForm(edit.data, step=step, reach=edit.reach)
    if edit.data is None or edit.is_overtaken or not form.is_valid():
        status = HTTPStatus.CONFLICT if edit.is_overtaken else HTTPStatus.OK
        context = {"form": form, "edit": edit, "step": step, "fault": lasting_fault(step) if step.pk else ""}
        return render(
            edit.request,
            "complaints/desk/macros/step.html",
            {**context, **frame(edit.user, at=edit.at)},
            status=status,
        )
    values = form.values
    for name, value in values.items():
        setattr(step, name, value)
    step.save(**({"update_fields": [*values]} if step.pk else {"force_insert": True}))
    edit.touch()
    messages.success(edit.request, gettext("The step was saved."))
    return redirect("macro", macro=edit.macro.pk)
