"""Macros: written, shared and run on cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from itertools import groupby
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import F, TextChoices
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_stubs_ext import StrPromise

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User, officers_of
from accounts.roles import CMU, DESK
from agencies.models import Agency, Directorate
from complaints.desk.directorate_forms import NO_MORE
from complaints.desk.macro_runs import ACTION_OF, MOST_OFFERED, lasting_fault, steps_in_order, with_faults
from complaints.models import Macro, MacroAct, MacroStep
from complaints.models.annotations import LABEL_LENGTH, MOST_STEPS, SPEAKING, STEP_FIELDS, TITLE_LENGTH
from complaints.models.texts import TEXT_LENGTH
from complaints.permissions.readers import macro_agencies, may_change_macro, readable_macros
from complaints.staff import forms as standard_texts
from complaints.staff.forms import MOST_DAYS, SHORTEST_TEXT
from complaints.staff.frame import CASEWORK, frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from complaints.workflow import ACTIONS, Actor
from kit.forms import CHOOSE, Form, LineField, NumberField, ParagraphField

# ---- Whose a macro is, and what its steps can name: acts, officers, directorates and standard texts of its
# agencies.


@dataclass(frozen=True)
class MacroReach:
    """What ``user`` can put into ``macro`` at a moment."""

    macro: Macro
    user: User
    at: datetime

    @property
    def on(self) -> date:
        """Return the day."""
        return timezone.localdate(self.at)

    @property
    def agencies(self) -> list[Agency]:
        """Return the agencies whose officers and directorates its steps can name: its own, or those of its owner."""
        if self.macro.agency is not None:
            return [self.macro.agency]
        return list(Agency.objects.filter(pk__in=self.user.authority(self.at).agencies(DESK)).order_by("pk"))

    @property
    def acts(self) -> list[MacroAct]:
        """Return the acts its steps can have: what its users may do at all."""
        authority, agency = self.user.authority(self.at), self.macro.agency_id
        is_of_unit = authority.has(CMU) if agency is None else agency in authority.agencies(CMU)
        what = {Actor.CMU} if is_of_unit else {Actor.OFFICER, Actor.SUPERVISOR}
        return [act for act in MacroAct if ACTIONS[ACTION_OF[act]].who & what]


# ---- The forms of macros: the name and who can use it, and what one step needs. ----


NAME_IS_TAKEN: Final = _("There is already a macro with this name. Enter another name")
#: What the text of a step is, and who reads it.
_TEXTS: Final = {
    MacroAct.NOTE: (_("Your note"), _("Your colleagues and the CMU can read this. The citizen cannot."), 1),
    MacroAct.CONSULT: (
        _("What should the directorate examine?"),
        _("The directorate reads this and the citizen's text and files, without the citizen's name and numbers."),
        SHORTEST_TEXT,
    ),
    MacroAct.ASK: (
        _("Your question to the citizen"),
        _("You can change it for each case before it is sent. Ask for one thing only, and say why you need it."),
        SHORTEST_TEXT,
    ),
}


class MacroForm(Form):
    """The name of a macro, and who can use it; the latter is asked once, of whoever may share."""

    name = LineField(
        max=TITLE_LENGTH,
        label=_("Name of the macro"),
        help_text=_("It is shown on the page of each case that it fits."),
    )
    shared = forms.ChoiceField(required=False, label=_("Who can use it"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, name: str = "", agencies: Sequence[Agency] | None = None
    ) -> None:
        """``agencies`` are those it can be shared in; None where that is decided."""
        super().__init__(data, initial={"name": name})
        self.agencies = {str(agency.pk): agency for agency in agencies or ()}
        if not self.agencies:
            del self.fields["shared"]
            return
        names = [(key, agency.name) for key, agency in self.agencies.items()]
        self.offer_choices("shared", names, empty=_("Only me"))

    @property
    def agency(self) -> Agency | None:
        """Return the agency it is shared in, None where it is not."""
        return self.agencies.get(self.cleaned_data.get("shared", ""))


class StepForm(Form):
    """What one step needs: of these fields only those of its act."""

    label = LineField(
        max=LABEL_LENGTH, label=_("Label"), help_text=_("One or two words. Only staff of your agency see its labels.")
    )
    colleague = forms.ChoiceField(label=_("Officer"))
    directorate = forms.ChoiceField(label=_("Directorate"), error_messages={"invalid_choice": NO_MORE})
    days = NumberField(
        min=1,
        max=MOST_DAYS,
        required=False,
        label=_("Time for the answer, in working days"),
        help_text=_("Leave it empty for the time that the page for accepting suggests, or the limit of the topic."),
    )
    standard_text = forms.ChoiceField(
        label=_("Standard text"),
        help_text=_("It is filled in for each case, and you can change it before it is sent."),
    )
    text = ParagraphField(max=TEXT_LENGTH, rows=4)

    def __init__(self, data: Mapping[str, Any] | None, *, step: MacroStep, reach: MacroReach) -> None:
        super().__init__(data, initial=_initial(step))
        self.step, self.reach = step, reach
        for name in set(self.fields) - set(STEP_FIELDS[step.act]):
            del self.fields[name]
        self.officers = self._offer_officers() if "colleague" in self.fields else {}
        self.directorates = self._offer_directorates() if "directorate" in self.fields else {}
        self.texts = self._offer_texts() if "standard_text" in self.fields else {}
        if "text" in self.fields:
            field = self.typed_field("text", ParagraphField)
            field.label, field.help_text, field.shortest = _TEXTS[MacroAct(step.act)]

    def _offer_officers(self) -> dict[str, User]:
        found = {user.pk: user for agency in self.reach.agencies for user in officers_of(agency, self.reach.on)}
        return self._choose("colleague", {str(key): user for key, user in found.items()}, CHOOSE)

    def _offer_directorates(self) -> dict[str, Directorate]:
        rows = Directorate.objects.filter(agency__in=self.reach.agencies, is_active=True)
        none = CHOOSE
        if self.step.act == MacroAct.ACCEPT:
            self.fields["directorate"].required = False
            none = _("The one that the page for accepting suggests")
        return self._choose("directorate", {str(row.pk): row for row in rows}, none)

    def _offer_texts(self) -> dict[str, Any]:
        rows = standard_texts.readable_texts(self.reach.user, at=self.reach.at)
        return self._choose("standard_text", {str(row.pk): row for row in rows}, CHOOSE)

    def _choose[Row](self, name: str, rows: dict[str, Row], none: StrPromise) -> dict[str, Row]:
        self.offer_choices(name, [(key, str(row)) for key, row in rows.items()], empty=none)
        return rows

    @property
    def values(self) -> dict[str, Any]:
        """Return the fields of the step as they are stored."""
        rows: dict[str, Mapping[str, object]] = {
            "colleague": self.officers,
            "directorate": self.directorates,
            "standard_text": self.texts,
        }
        return {name: rows[name].get(value) if name in rows else value for name, value in self.cleaned_data.items()}


def _initial(step: MacroStep) -> dict[str, Any]:
    keys = {name: str(getattr(step, f"{name}_id") or "") for name in ("colleague", "directorate", "standard_text")}
    return {"label": step.label, "text": step.text, "days": step.days, **keys}


# ---- Changes of a macro: opened and locked for one, overtaken by another, its steps moved, added and removed. ----


class MoveWay(TextChoices):
    """Where a step goes."""

    UP = "up"
    DOWN = "down"
    AWAY = "away"


@dataclass(frozen=True)
class MacroEdit:
    """A request to change one macro, which is locked; ``steps`` are in their order."""

    request: HttpRequest
    user: User
    macro: Macro
    steps: Sequence[MacroStep]
    at: datetime

    @property
    def data(self) -> QueryDict | None:
        """Return what was posted, None while the page is only opened."""
        return self.request.POST if self.request.method == "POST" else None

    @property
    def is_overtaken(self) -> bool:
        """Tell whether somebody changed the macro since the page was opened."""
        return self.data is not None and self.data.get("seen") != self.macro.changed_at.isoformat()

    @property
    def reach(self) -> MacroReach:
        """Return what can be put into the macro."""
        return MacroReach(self.macro, self.user, self.at)

    @property
    def acts_to_add(self) -> list[MacroAct]:
        """Return the acts that one more step can have: each stands once but labels, and the citizen is told once."""
        if len(self.steps) >= MOST_STEPS:
            return []
        taken = {step.act for step in self.steps} - {MacroAct.LABEL}
        closed = taken | (SPEAKING if taken & SPEAKING else set())
        return [act for act in self.reach.acts if act not in closed]

    def touch(self, *fields: str) -> None:
        """Save ``fields`` of the macro, and who changed it and when."""
        self.macro.changed_by, self.macro.changed_at = self.user, self.at
        self.macro.save(update_fields=[*fields, "changed_by", "changed_at"])


def open_edit(request: HttpRequest, key: int) -> MacroEdit:
    """Return a macro locked for its change with its steps; 404 for whoever may not change it."""
    user, at = signed_in_user(request), timezone.now()
    locked = Macro.objects.select_for_update(of=("self",)).select_related("agency", "changed_by")
    macro = locked.filter(pk=key).first()
    if macro is None or not may_change_macro(macro, user, at=at):
        raise Http404
    return MacroEdit(request, user, macro, list(steps_in_order().filter(macro=macro)), at)


def move(edit: MacroEdit, step: MacroStep, way: MoveWay) -> None:
    """Move ``step`` one place up or down, or remove it; at the end of the list nothing moves."""
    if way == MoveWay.AWAY:
        step.delete()
        edit.macro.steps.filter(number__gt=step.number).update(number=F("number") - 1)
    else:
        number = step.number + (1 if way == MoveWay.DOWN else -1)
        if not edit.macro.steps.filter(number=number).update(number=step.number):
            return
        MacroStep.objects.filter(pk=step.pk).update(number=number)
    edit.touch()


# ---- The pages of macros: each person lists, writes and deletes their own, supervisors and the unit those they
# share.


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


# ---- The page of one step of a macro. ----


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
