"""Bulk actions on cases of the queue: a page that asks what the action needs, then one with the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User, officers_of
from accounts.sign_in.factors import recent_factor_required
from agencies.models import Agency, current_calendar
from complaints import actions
from complaints.actions import consultations
from complaints.desk.annotations import AssignForm, LabelForm
from complaints.desk.decisions import undo_and_keep_typed
from complaints.desk.macro_runs import MacroChoiceForm, macro_action
from complaints.desk.queue_bulk import (
    MOST,
    AcceptManyForm,
    BulkAction,
    BulkResult,
    CaseAction,
    Choice,
    ConfirmForm,
    ExportForm,
    LeadForm,
    ReferManyForm,
    UnlabelForm,
    apply,
    exported,
    offered_actions,
    read_choices,
    visible_cases,
)
from complaints.desk.queue_lists import queue_address
from complaints.desk.queue_tabs import StaffContext
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, Label
from complaints.permissions import policy
from complaints.staff.acts import left_words
from complaints.staff.frame import CASEWORK, frame
from complaints.workflow import ACTIONS, Action, State
from kit.forms import Form

# ---- What became of cases to which one action was applied, and undoing it for all of them by one press. ----


def report(results: Sequence[BulkResult], *, by: User, at: datetime) -> dict[str, object]:
    """Return what the page of the results says of them, and which of the cases ``by`` can undo the action to."""
    done = sum(result.is_done for result in results)
    left = len(results) - done
    undoable = [result.case for result in results if result.is_done and result.case and _may_undo(result.case, by, at)]
    until = min((end for case in undoable if (end := policy.ends_at(case, at=at))), default=None)
    return {
        "results": results,
        "done": ngettext("Applied to %(count)s case.", "Applied to %(count)s cases.", done) % {"count": done},
        "left": ngettext("%(count)s case was not changed.", "%(count)s cases were not changed.", left) % {"count": left}
        if left
        else "",
        "undoable": [Choice.of(case) for case in undoable],
        "undo_left": left_words(until, at=at),
    }


def _may_undo(case: Case, user: User, at: datetime) -> bool:
    return policy.may(case, Action.UNDO, user, at=at)


@staff_required(CASEWORK)
@require_POST
def bulk_undo(request: HttpRequest) -> HttpResponse:
    """Undo the last step of every case that was ticked, each by itself, and say of each whether that was possible."""
    user, at = signed_in_user(request), timezone.now()
    chosen, list_url = read_choices(request.POST.getlist("case"))[:MOST], queue_address(request.POST)
    if not chosen:
        messages.warning(request, gettext("There is nothing to undo."))
        return redirect(list_url)

    def undo(case: Case) -> bool:
        undo_and_keep_typed(case, by=user, at=at)
        return True

    # An answer is undone with those of its linked cases, which are locked together, in their order.
    undone = gettext("Undone. No message was sent. What you wrote is kept in the form.")
    results = [
        replace(result, words=undone) if result.is_done else result
        for result in apply(chosen, undo, by=user, at=at, locks=False)
    ]
    context = {
        "title": gettext("Undo"),
        "list_url": list_url,
        "list_query": request.POST.get("list_query", ""),
        **frame(user, at=at),
        **report(results, by=user, at=at),
    }
    return render(request, "complaints/desk/queue/bulk_done.html", context)


@dataclass(frozen=True)
class BulkRequest:
    """One bulk action requested for the cases that were ticked; ``visible`` are those the user may see."""

    user: User
    at: datetime
    action: BulkAction
    chosen: Sequence[Choice]
    visible: Mapping[str, Case]

    @property
    def oldest(self) -> Case | None:
        """Return the visible case that was filed first."""
        return min(self.visible.values(), key=lambda case: case.pk, default=None)

    @property
    def number(self) -> int:
        """Return to how many of the cases the action is applied."""
        return len(self.visible) - len(self.decided)

    @cached_property
    def decided(self) -> Sequence[Choice]:
        """The cases that nobody can accept as they were listed, where that is asked: they are left out.

        One that has changed since stays, so that its row of the results says so.
        """
        if self.action != BulkAction.ACCEPT:
            return ()
        return [choice for choice in self.chosen if _is_decided(self.visible.get(choice.reference), choice)]


def _is_decided(case: Case | None, choice: Choice) -> bool:
    if case is None or case.version != choice.version:
        return False
    return case.state not in ACTIONS[Action.ACCEPT].sources or not policy.suits_kind(case, Action.ACCEPT)


@staff_required(CASEWORK)
@require_POST
def bulk_action(request: HttpRequest) -> HttpResponse:
    """Ask for what the action needs, then apply it and show what became of each case.

    Cases that the user may not see are left as they are and reported so.
    """
    return (_exporting if request.POST.get("bulk_action") == BulkAction.EXPORT else _answer)(request)


def _answer(request: HttpRequest) -> HttpResponse:
    user, at = signed_in_user(request), timezone.now()
    chosen, asked = read_choices(request.POST.getlist("case")), request.POST.get("bulk_action", "")
    list_url = queue_address(request.POST)
    if problem := _problem(chosen, asked, StaffContext(user, at)):
        messages.warning(request, problem)
        return redirect(list_url)
    bulk = BulkRequest(user, at, BulkAction(asked), chosen, visible_cases(chosen, by=user, at=at))
    data = request.POST if "send" in request.POST else None
    form = _FORMS[bulk.action](data, bulk)
    context = {
        "bulk": bulk,
        "form": form,
        "list_url": list_url,
        "list_query": request.POST.get("list_query", ""),
        "title": str(bulk.action.label).rstrip("…"),
        **frame(user, at=at),
    }
    if data is None or not form.is_valid() or not _is_possible(form, bulk):
        context["not_visible"] = [choice.reference for choice in chosen if choice.reference not in bulk.visible]
        return render(request, "complaints/desk/queue/bulk.html", context)
    if bulk.action == BulkAction.EXPORT:
        return exported(bulk.visible.values(), form.cleaned_data["kind"], at=at)
    action, locks = _CASE_ACTIONS[bulk.action](form, bulk), bulk.action != BulkAction.LINK
    results = apply(_in_order(form, bulk), action, by=user, at=at, locks=locks)
    return render(request, "complaints/desk/queue/bulk_done.html", {**context, **report(results, by=user, at=at)})


#: A file leaves the system: the second factor is asked for again, as for all exports.
_exporting = recent_factor_required()(_answer)


def _in_order(form: Form, bulk: BulkRequest) -> list[Choice]:
    """Return the choices, the leading case first: every link that is made changes its version."""
    return sorted(bulk.chosen, key=lambda choice: choice.reference != form.cleaned_data.get("lead"))


def _problem(chosen: Sequence[Choice], asked: str, staff: StaffContext) -> str:
    if not chosen:
        return gettext("Select at least one case first: tick the box in its row.")
    if len(chosen) > MOST:
        text = gettext(
            "You selected %(number)s cases, but at most %(most)s cases can be changed at once. Nothing was changed."
        )
        return text % {"number": len(chosen), "most": MOST}
    if asked not in offered_actions(staff):
        return gettext("Choose an action for the selected cases.")
    return ""


# ---- what each action needs ----


def _officers(bulk: BulkRequest) -> list[User]:
    """Return the officers who act today at the agencies of the cases, except whom all the cases are about."""
    agencies = {case.agency_id: case.agency for case in bulk.visible.values() if case.agency}
    found = {user.pk: user for agency in agencies.values() for user in officers_of(agency, timezone.localdate(bulk.at))}
    return [user for user in found.values() if not all(case.is_recused(user) for case in bulk.visible.values())]


def _labels(bulk: BulkRequest) -> list[str]:
    """Return the labels of the own agency that any of the cases has."""
    agencies = StaffContext(bulk.user, bulk.at).sharing_agencies
    labels = Label.objects.filter(case__in=bulk.visible.values(), agency__in=agencies)
    return list(labels.order_by("name").values_list("name", flat=True).distinct())


def _lead_form(data: QueryDict | None, bulk: BulkRequest) -> LeadForm:
    return LeadForm(data, lead=bulk.oldest.reference if bulk.oldest else "")


def _accept_form(data: QueryDict | None, bulk: BulkRequest) -> AcceptManyForm:
    desks = StaffContext(bulk.user, bulk.at).agencies
    chosen = [choice for choice in bulk.chosen if choice not in bulk.decided]
    seen = {choice.reference: bulk.visible.get(choice.reference) for choice in chosen}
    own = {ref: case for ref, case in seen.items() if case and case.agency_id in desks}
    return AcceptManyForm(data, chosen=chosen, own=own, calendar=current_calendar(), at=bulk.at)


def _refer_form(data: QueryDict | None, bulk: BulkRequest) -> ReferManyForm:
    agencies = list(Agency.objects.complainable(on=timezone.localdate(bulk.at)))
    return ReferManyForm(data, agencies=agencies, cases=list(bulk.visible.values()))


_FORMS: dict[BulkAction, Callable[[QueryDict | None, BulkRequest], Form]] = {
    BulkAction.ACCEPT: _accept_form,
    BulkAction.REFER: _refer_form,
    BulkAction.EXPORT: lambda data, _bulk: ExportForm(data),
    BulkAction.ASSIGN: lambda data, bulk: AssignForm(data, officers=_officers(bulk)),
    BulkAction.REMIND_OFFICER: lambda data, _bulk: ConfirmForm(data),
    BulkAction.REMIND_DIRECTORATE: lambda data, _bulk: ConfirmForm(data),
    BulkAction.LABEL: lambda data, _bulk: LabelForm(data),
    BulkAction.UNLABEL: lambda data, bulk: UnlabelForm(data, labels=_labels(bulk)),
    BulkAction.MACRO: lambda data, bulk: MacroChoiceForm(data, user=bulk.user, at=bulk.at),
    BulkAction.LINK: _lead_form,
}


def _is_possible(form: Form, bulk: BulkRequest) -> bool:
    """Tell whether the action can be applied at all; adds an error where the user may not see the leading case."""
    if bulk.action == BulkAction.LINK and _lead(form, bulk) is None:
        form.add_error("lead", gettext("You have no case with this number."))
        return False
    return True


def _lead(form: Form, bulk: BulkRequest) -> Case | None:
    cases = Case.objects.visible_to(bulk.user, at=bulk.at)
    return cases.filter(reference=form.cleaned_data["lead"]).first()


# ---- the actions ----


def _accept(form: AcceptManyForm, bulk: BulkRequest) -> CaseAction:
    days, directorate = form.cleaned_data["days"], form.chosen_directorate
    words = form.request_text if directorate else ""

    def action(case: Case) -> bool:
        actions.accept(case, by=bulk.user, at=bulk.at, days=days, directorate=directorate)
        if directorate and words:
            consultations.consult(case, by=bulk.user, at=bulk.at, directorate=directorate, text=words)
        return True

    return action


def _refer(form: ReferManyForm, bulk: BulkRequest) -> CaseAction:
    agency, reason = form.chosen_agency, form.cleaned_data["reason"]

    def action(case: Case) -> bool:
        # Taking a case from another agency is a decision on that case alone.
        if case.state != State.TRIAGE:
            raise TransitionNotAllowed(Action.REFER, case)
        actions.refer(case, by=bulk.user, at=bulk.at, agency=agency, reason=reason)
        return True

    return action


def _assign(form: AssignForm, bulk: BulkRequest) -> CaseAction:
    officer = form.chosen

    def action(case: Case) -> bool:
        if case.officer_id == officer.pk:
            return False
        actions.assign(case, by=bulk.user, at=bulk.at, officer=officer)
        return True

    return action


def _reminder(remind: Callable[..., None]) -> Callable[[Form, BulkRequest], CaseAction]:
    def make_action(_form: Form, bulk: BulkRequest) -> CaseAction:
        def action(case: Case) -> bool:
            remind(case, by=bulk.user, at=bulk.at)
            return True

        return action

    return make_action


def _label_action(change: Callable[..., bool]) -> Callable[[Form, BulkRequest], CaseAction]:
    return lambda form, bulk: lambda case: change(case, by=bulk.user, at=bulk.at, name=form.cleaned_data["name"])


def _link(form: Form, bulk: BulkRequest) -> CaseAction:
    lead = _lead(form, bulk)

    def action(case: Case) -> bool:
        if lead is None or case.pk == lead.pk:
            return False
        actions.link(case, lead, form.cleaned_data["kind"], by=bulk.user, at=bulk.at)
        return True

    return action


#: Each takes the form that ``_FORMS`` makes for it.
_CASE_ACTIONS: dict[BulkAction, Callable[[Any, BulkRequest], CaseAction]] = {
    BulkAction.ACCEPT: _accept,
    BulkAction.REFER: _refer,
    BulkAction.ASSIGN: _assign,
    BulkAction.REMIND_OFFICER: _reminder(actions.remind_officer),
    BulkAction.REMIND_DIRECTORATE: _reminder(actions.remind_directorate),
    BulkAction.LABEL: _label_action(actions.label),
    BulkAction.UNLABEL: _label_action(actions.unlabel),
    BulkAction.MACRO: lambda form, bulk: macro_action(form.chosen, bulk.user, at=bulk.at),
    BulkAction.LINK: _link,
}
