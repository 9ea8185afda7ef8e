"""The pages of macros: each person lists, writes and deletes their own, supervisors and the unit those they share."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from complaints.desk.macros.changes import MacroEdit, MoveWay, move, open_edit
from complaints.desk.macros.forms import NAME_IS_TAKEN, MacroForm
from complaints.desk.macros.offered import MOST_OFFERED, steps_in_order, with_faults
from complaints.models import Macro
from complaints.permissions.annotations import macro_agencies, may_change_macro, readable_macros
from complaints.staff.frame import CASEWORK, frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect


@staff_required(CASEWORK)
@require_safe
def macros_page(request: HttpRequest) -> HttpResponse:
    """List the macros the user may run with their steps, and say which steps cannot be done any more."""
    user, at = signed_in_user(request), timezone.now()
    macros = list(readable_macros(user, at=at).select_related("agency", "changed_by"))
    steps = with_faults(steps_in_order().filter(macro__in=macros), user, at=at)
    of_macro = {key: list(found) for key, found in groupby(steps, key=lambda pair: pair[0].macro_id)}
    rows = [(macro, of_macro.get(macro.pk, []), may_change_macro(macro, user, at=at)) for macro in macros]
    context = {"rows": rows, **frame(user, at=at)}
    return render(request, "complaints/desk/macros/macros.html", context)


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def new_macro(request: HttpRequest) -> HttpResponse:
    """Name a new macro; its steps are added on its own page."""
    user, at = signed_in_user(request), timezone.now()
    data = request.POST if request.method == "POST" else None
    form = MacroForm(data, agencies=list(macro_agencies(user, at=at)))
    if data is not None and form.is_valid() and (macro := _made(form, user, at=at)) is not None:
        messages.success(request, gettext("The macro was saved. Add its steps now."))
        return redirect("macro", macro=macro.pk)
    return render(request, "complaints/desk/macros/new.html", {"form": form, **frame(user, at=at)})


def _made(form: MacroForm, user: User, *, at: datetime) -> Macro | None:
    """Return the new macro; None, with an error in the form, where the name is taken or there are enough."""
    of_whom: dict[str, Any] = {"agency": form.agency} if form.agency else {"owner": user}
    if Macro.objects.filter(**of_whom).count() >= MOST_OFFERED:
        words = gettext("There are already %(most)s macros, which is the maximum. Delete one that you do not use.")
        form.add_error("name", words % {"most": MOST_OFFERED})
        return None
    try:
        with transaction.atomic():
            return Macro.objects.create(name=form.cleaned_data["name"], changed_by=user, changed_at=at, **of_whom)
    except IntegrityError:
        form.add_error("name", NAME_IS_TAKEN)
        return None


# ---- one macro ----


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def change_macro(request: HttpRequest, macro: int) -> HttpResponse:
    """Show a macro with its steps, and rename it; whoever was overtaken keeps what was typed."""
    with transaction.atomic():
        edit = open_edit(request, macro)
        form = MacroForm(edit.data, name=edit.macro.name)
        if edit.data is None or edit.is_overtaken or not form.is_valid() or not _renamed(edit, form):
            return _macro_page(edit, form)
    messages.success(request, gettext("The macro was saved."))
    return redirect("macro", macro=macro)


def _renamed(edit: MacroEdit, form: MacroForm) -> bool:
    edit.macro.name = form.cleaned_data["name"]
    try:
        with transaction.atomic():
            edit.touch("name")
    except IntegrityError:
        form.add_error("name", NAME_IS_TAKEN)
        return False
    return True


def _macro_page(edit: MacroEdit, form: MacroForm) -> HttpResponse:
    context = {
        "form": form,
        "edit": edit,
        "macro": edit.macro,
        "steps": with_faults(edit.steps, edit.user, at=edit.at),
        "acts": edit.acts_to_add,
        **frame(edit.user, at=edit.at),
    }
    status = HTTPStatus.CONFLICT if edit.is_overtaken else HTTPStatus.OK
    return render(edit.request, "complaints/desk/macros/macro.html", context, status=status)


@staff_required(CASEWORK)
@require_POST
def move_step(request: HttpRequest, macro: int) -> HttpResponse:
    """Move a step up or down, or remove it."""
    with transaction.atomic():
        edit = open_edit(request, macro)
        step = next((step for step in edit.steps if str(step.pk) == request.POST.get("step")), None)
        way = request.POST.get("way", "")
        if edit.is_overtaken or step is None or way not in MoveWay:
            messages.warning(
                request, gettext("Someone else has changed this macro in the meantime. Nothing was changed.")
            )
        else:
            move(edit, step, MoveWay(way))
    return redirect("macro", macro=macro)


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def delete_macro(request: HttpRequest, macro: int) -> HttpResponse:
    """Delete a macro, once the person has said so on this page; what it did to cases stays."""
    with transaction.atomic():
        edit = open_edit(request, macro)
        if edit.data is not None:
            edit.macro.delete()
            messages.success(request, gettext("The macro was deleted. What it has done to cases stays as it is."))
            return redirect("macros")
    context = {"macro": edit.macro, "steps": edit.steps, **frame(edit.user, at=edit.at)}
    return render(request, "complaints/desk/macros/delete.html", context)
