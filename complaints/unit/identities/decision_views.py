"""The pages on which the unit decides about one identity; of two people at once one wins, the other gets 409."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import signed_in_user, staff_required
from accounts.identity.desk import decisions, merging
from accounts.identity.desk.decisions import UNPROVEN, Outdated, Refused, identity_version
from accounts.identity.registries import RegistryOutcome
from accounts.models import Citizen
from accounts.roles import CMU
from accounts.sign_in.factors.step_up import recent_factor_required
from complaints.staff.frame import frame
from complaints.unit.identities.forms import CorrectForm, MergeForm, ProofForm, RejectForm
from complaints.unit.identities.views import load_person
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect
from kit.forms import Form

CONFLICT = 409

type Decide = Callable[[str, datetime], object]


@staff_required(CMU)
@recent_factor_required()
@require_POST
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask the register again."""
    user, citizen = signed_in_user(request), load_person(pk)
    seen = request.POST.get("version", "")
    try:
        outcome = decisions.check_again(pk, by=user, seen=seen, at=timezone.now())
    except Outdated:
        return _conflict(request, citizen)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("identity", pk)
    messages.add_message(request, _level(outcome), _outcome_text(outcome))
    return redirect("identity", pk)


@staff_required(CMU)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm an identity by proof that was seen."""
    user, form = signed_in_user(request), ProofForm(_data(request))
    return _decide(
        request,
        load_person(pk),
        form,
        lambda seen, at: decisions.confirm(pk, by=user, proof=form.cleaned_data["reason"], seen=seen, at=at),
        title=gettext("Confirm the identity"),
        done=gettext("The identity is confirmed, and the person is told."),
    )


@staff_required(CMU)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def reject(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Reject an identity, with the reason."""
    user, form = signed_in_user(request), RejectForm(_data(request))
    return _decide(
        request,
        load_person(pk),
        form,
        lambda seen, at: decisions.reject(pk, by=user, reason=form.cleaned_data["reason"], seen=seen, at=at),
        title=gettext("Reject the identity"),
        done=gettext("The identity is rejected, and the person is told. Work on their cases continues."),
    )


@staff_required(CMU)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct what the person typed; the register is asked about it again."""
    user, citizen = signed_in_user(request), load_person(pk)
    form = CorrectForm(_data(request), citizen=citizen)
    return _decide(
        request,
        citizen,
        form,
        lambda seen, at: decisions.correct(
            pk, form.details, by=user, reason=form.cleaned_data["reason"], seen=seen, at=at
        ),
        title=gettext("Correct the details"),
        done=gettext("The details are corrected. The register is asked again within minutes."),
        template="correct",
    )


@staff_required(CMU)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Merge the record into another one of the same person."""
    user, citizen = signed_in_user(request), load_person(pk)
    form = MergeForm(_data(request), records=list(merging.candidates(citizen)))

    def decide(seen: str, at: datetime) -> None:
        into, seen_other = form.chosen
        reason = form.cleaned_data["reason"]
        merging.merge(pk, UUID(into), by=user, reason=reason, seen=seen, seen_other=seen_other, at=at)

    return _decide(
        request,
        citizen,
        form,
        decide,
        title=gettext("Merge two records of one person"),
        done=gettext("The two records are now one. Cases and messages have moved."),
    )


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _decide(
    request: HttpRequest,
    citizen: Citizen,
    form: Form,
    decide: Decide,
    *,
    title: str,
    done: str,
    template: str = "decide",
) -> HttpResponse:
    """Show the form, or decide and go back to the person; 409 for whoever comes second."""
    seen = request.POST.get("version", "") or identity_version(citizen)
    is_open = decisions.may_correct(citizen) if isinstance(form, CorrectForm) else citizen.identity in UNPROVEN
    if not is_open or (form.is_bound and seen != identity_version(citizen)):
        return _conflict(request, citizen, form)
    if form.is_bound and form.is_valid():
        try:
            decide(seen, timezone.now())
        except Outdated:
            return _conflict(request, citizen, form)
        except Refused as refused:
            form.add_error("reason", str(refused.sentence))
        else:
            messages.success(request, done)
            return redirect("identity", citizen.pk)
    user = signed_in_user(request)
    context = {"citizen": citizen, "form": form, "title": title, "version": seen, **frame(user, at=timezone.now())}
    return render(request, f"complaints/unit/identities/{template}.html", context)


def _conflict(request: HttpRequest, citizen: Citizen, form: Form | None = None) -> HttpResponse:
    """Say who was first, and show the text that was not used."""
    user = signed_in_user(request)
    context = {
        "citizen": citizen,
        "latest": citizen.decisions.select_related("by").order_by("-at", "-pk").first(),
        "typed": form.data.get("reason", "") if form and form.is_bound else "",
        **frame(user, at=timezone.now()),
    }
    return render(request, "complaints/unit/identities/conflict.html", context, status=CONFLICT)


def _level(outcome: RegistryOutcome) -> int:
    return messages.SUCCESS if outcome == RegistryOutcome.MATCHED else messages.WARNING


def _outcome_text(outcome: RegistryOutcome) -> str:
    return {
        RegistryOutcome.MATCHED: gettext("The details match the register."),
        RegistryOutcome.MISMATCHED: gettext("The details do not match the register."),
        RegistryOutcome.NOT_COVERED: gettext("The register does not hold this kind of document."),
        RegistryOutcome.UNAVAILABLE: gettext("The register does not answer. We ask it again automatically."),
    }[outcome]
