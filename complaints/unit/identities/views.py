"""The list of identities that wait for the unit, and one person."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.identity.desk.decisions import UNPROVEN, identity_version
from accounts.models import Citizen, PrivacyRequest
from accounts.roles import CMU
from accounts.sign_in.factors.step_up import recent_factor_required
from complaints.staff.frame import frame
from complaints.unit.identities import people

TO_CORRECT = PrivacyRequest.objects.to_correct().filter(citizen=OuterRef("pk"))
#: Who is, or was, at the desk; nobody else's record is opened here.
AT_DESK = Q(identity__in=UNPROVEN) | Q(decisions__isnull=False) | Q(Exists(TO_CORRECT))


@staff_required(CMU)
@require_safe
def identities(request: HttpRequest) -> HttpResponse:
    """Show whose identity waits, by state, those first who have waited longest."""
    user, at = signed_in_user(request), timezone.now()
    view = request.GET.get("view", "")
    view = view if view in people.VIEWS else next(iter(people.VIEWS))
    counts = people.counts()
    context = {
        "view": view,
        "tabs": [(name, label, counts[name]) for name, (label, _held) in people.VIEWS.items()],
        "page": people.waiting_people(view, after=request.GET.get("after", "")),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/identities/identities.html", context)


@staff_required(CMU)
@recent_factor_required()
@require_safe
def identity(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one person: what was typed beside what the register said; who looked is recorded."""
    user, at = signed_in_user(request), timezone.now()
    citizen = load_person(pk)
    context = {
        "file": people.person_file(citizen, viewer=user, at=at),
        "version": identity_version(citizen),
        "is_open": citizen.identity in UNPROVEN,
        "asked": PrivacyRequest.objects.to_correct().filter(citizen=citizen).first(),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/identities/identity.html", context)


def load_person(pk: UUID) -> Citizen:
    """Return the person if they are, or were, at the desk; 404 for everybody else."""
    return get_object_or_404(Citizen.objects.filter(AT_DESK).select_related("merged_into").distinct(), pk=pk)
