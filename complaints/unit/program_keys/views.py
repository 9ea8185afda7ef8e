"""The page on which the head of the unit makes and revokes keys of programs."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import UNIT_HEAD
from accounts.sign_in.factors.step_up import recent_factor_required
from agencies.models import Agency
from complaints.filing import program_keys
from complaints.models import ProgramKey
from complaints.staff.frame import frame
from complaints.unit.program_keys.forms import ProgramKeyForm

MOST: Final = 200


@never_cache
@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def program_keys_page(request: HttpRequest) -> HttpResponse:
    """List the keys with the cases that came by them, and make one: it is shown on this answer alone."""
    user, at = signed_in_user(request), timezone.now()
    agencies = Agency.objects.existing(on=timezone.localdate(at)).order_by("name_ar", "pk")
    form = ProgramKeyForm(request.POST if request.method == "POST" else None, agencies=agencies)
    made = ""
    if form.is_bound and form.is_valid() and form.contact is not None:
        name, agency = form.cleaned_data["name"], form.cleaned_data["agency"]
        _key, made = program_keys.make(name, agency=agency, contact=form.contact, by=user, at=at)
        form = ProgramKeyForm(agencies=agencies)
    keys = ProgramKey.objects.select_related("agency", "contact", "made_by", "revoked_by").annotate(came=Count("cases"))
    context = {"form": form, "made": made, "keys": keys.order_by("-made_at", "-pk")[:MOST], **frame(user, at=at)}
    return render(request, "complaints/unit/program_keys/program_keys.html", context)


@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_POST
def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """Revoke a key: programs that send it are refused from now on."""
    row = get_object_or_404(ProgramKey, pk=key)
    if program_keys.revoke(row.pk, by=signed_in_user(request), at=timezone.now()):
        messages.success(request, gettext("The key is revoked. Nothing can be filed with it any longer."))
    else:
        messages.warning(request, gettext("This key has already been revoked. Nothing was changed."))
    return redirect("program-keys")
