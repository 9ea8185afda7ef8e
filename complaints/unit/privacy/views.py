"""The pages of requests about personal data, and of holds for legal proceedings."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import PrivacyRequest, RequestKind, RequestState, User
from accounts.privacy import requests
from accounts.roles import CMU, Role
from accounts.sign_in.factors.step_up import recent_factor_required
from agencies.models import Agency
from complaints.retention import holds, persons
from complaints.retention.holds import FiledSpan, HoldTerms
from complaints.staff.frame import frame
from complaints.unit.privacy.forms import DecisionForm, HoldForm, LiftForm
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect, mark_sent

HEAD = frozenset({Role.CMU_HEAD})
CONFLICT = 409


@staff_required(CMU)
@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """Show the requests that wait, the first to be decided first, and the newest decisions."""
    user, at = signed_in_user(request), timezone.now()
    today = timezone.localdate(at)
    waiting = [one for one in requests.open_requests() if one.citizen_id != user.person_id]
    context = {
        "waiting": [(one, one.due_on < today) for one in waiting],
        "to_correct": [one for one in requests.to_correct() if one.citizen_id != user.person_id],
        "decided": [one for one in requests.decided_requests() if one.citizen_id != user.person_id],
        "limits": requests.limits(),
        "is_head": user.authority(at).has(HEAD),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/privacy/requests.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def request_page(request: HttpRequest, asked: UUID) -> HttpResponse:
    """Show one request, and decide it with a reason; nobody decides on their own."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(PrivacyRequest.objects.select_related("citizen", "decided_by"), pk=asked)
    if found.citizen_id == user.person_id:
        raise Http404
    if "done" in request.POST:
        return _carried_out(request, found, at=at)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid() and _may_be_granted(form, found, at=at):
        try:
            _decide(found, form, by=user, at=at)
        except requests.RequestAlreadyDecided:
            form.add_error(None, gettext("Someone has decided this request in the meantime. Read it again."))
            found.refresh_from_db()
            status = CONFLICT
        else:
            messages.success(request, gettext("The request is decided. The person is told."))
            is_to_correct = PrivacyRequest.objects.to_correct().filter(pk=found.pk).exists()
            return redirect("identity", found.citizen_id) if is_to_correct else redirect("privacy-requests")
    is_late = found.state == RequestState.OPEN and found.due_on < timezone.localdate(at)
    is_to_correct = found.kind == RequestKind.CORRECTION and found.state == RequestState.GRANTED and not found.done_at
    context = {"asked": found, "form": form, "is_late": is_late, "is_to_correct": is_to_correct, **frame(user, at=at)}
    return render(request, "complaints/unit/privacy/request.html", context, status=status)


def _carried_out(request: HttpRequest, asked: PrivacyRequest, *, at: datetime) -> HttpResponse:
    if requests.mark_done(asked.pk, at=at):
        messages.success(request, gettext("The correction is marked as made."))
    else:
        messages.info(request, gettext("This correction has already been made, or was not granted."))
    return redirect("privacy-request", asked.pk)


def _may_be_granted(form: DecisionForm, asked: PrivacyRequest, *, at: datetime) -> bool:
    if asked.kind != RequestKind.DELETION or form.cleaned_data["state"] != RequestState.GRANTED:
        return True
    if persons.has_open_cases(asked.citizen):
        form.add_error(
            "state", gettext("The person has open cases. They must end first, or the person must withdraw them.")
        )
    elif holds.is_person_held(asked.citizen, timezone.localdate(at)):
        form.add_error("state", gettext("A hold for legal proceedings keeps the data of this person."))
    return not form.errors


def _decide(asked: PrivacyRequest, form: DecisionForm, *, by: User, at: datetime) -> None:
    """Decide, and end the sign-in of whose account is deleted, in one transaction; the erasing is a task's."""
    with transaction.atomic():
        state = RequestState(form.cleaned_data["state"])
        decided = requests.decide(asked.pk, state, reason=form.cleaned_data["reason"], by=by, at=at)
        if decided.kind == RequestKind.DELETION and state == RequestState.GRANTED:
            persons.end_sign_in(decided.citizen)


@staff_required(HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def hold_list(request: HttpRequest) -> HttpResponse:
    """Show the holds for legal proceedings, and set one."""
    user, at = signed_in_user(request), timezone.now()
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _is_set(request, form, by=user, at=at):
        messages.success(request, gettext("The hold is set. Nothing that belongs to it is erased."))
        return redirect("privacy-holds")
    rows = [(hold, holds.is_in_force(hold, at=at)) for hold in holds.newest_holds()[:200]]
    return render(request, "complaints/unit/privacy/holds.html", {"form": form, "holds": rows, **frame(user, at=at)})


def _is_set(request: HttpRequest, form: HoldForm, *, by: User, at: datetime) -> bool:
    """Set the hold of a valid form and note that the form is sent; False where the form says why nothing is held."""
    with transaction.atomic():
        is_set = _set_hold(form, by=by, at=at)
        if is_set:
            mark_sent(request, at=at)
    return is_set


def _set_hold(form: HoldForm, *, by: User, at: datetime) -> bool:
    """Set what a valid form says; False where nobody has the number or nothing is left, and the form says so."""
    data = form.cleaned_data
    terms = HoldTerms(data["reason"], data["proceedings"], data["until"])
    if data["agency"]:
        filed = FiledSpan(data["filed_since"], data["filed_until"])
        return bool(holds.hold_agency(Agency.objects.get(pk=data["agency"]), filed, terms, by=by, at=at))
    if form.case is not None:
        try:
            return bool(holds.set_hold(form.case, terms, on_person=data["on_person"], by=by, at=at))
        except holds.Erased:
            form.add_error("ref", gettext("The words and the person of this case were erased. Nothing is left to hold"))
            return False
    if not holds.hold_people(data["number"], terms, by=by, at=at):
        form.add_error("number", gettext("No one registered with this number. Check it."))
    return not form.errors


@staff_required(HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def lift_hold(request: HttpRequest, hold: int) -> HttpResponse:
    """Lift a hold, with the reason."""
    user, at = signed_in_user(request), timezone.now()
    held = get_object_or_404(holds.newest_holds(), pk=hold, lifted_at__isnull=True)
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        holds.lift_hold(held, reason=form.cleaned_data["reason"], by=user, at=at)
        messages.success(request, gettext("The hold is lifted."))
        return redirect("privacy-holds")
    return render(request, "complaints/unit/privacy/lift_hold.html", {"form": form, "hold": held, **frame(user, at=at)})
