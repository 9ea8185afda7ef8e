"""The page parts by which a citizen allows notifications on a device, and ends them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.account.push.forms import SubscriptionForm
from accounts.contact import push
from accounts.decorators import citizen_required, signed_in_citizen
from accounts.sign_in.devices import device_name
from notifications.carriers import push_services


@require_POST
@citizen_required
def push_on(request: HttpRequest) -> HttpResponse:
    """Let this browser show notifications; the answer is empty, or a sentence in JSON."""
    if not push_services.application_key():
        raise Http404
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": str(form.non_field_errors()[0])}, status=422)
    response = HttpResponse(status=204)
    push.subscribe(
        request,
        response,
        signed_in_citizen(request),
        form.address,
        device=device_name(request),
        at=timezone.now(),
    )
    messages.success(request, gettext("Notifications are on for this device"))
    return response


@require_POST
@citizen_required
def push_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End the notifications on one of the own devices."""
    push.remove(signed_in_citizen(request), pk, at=timezone.now())
    messages.success(request, gettext("Notifications are off for this device"))
    return redirect("account")
