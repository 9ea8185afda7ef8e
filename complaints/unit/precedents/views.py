"""The rulings kept for the next case."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import CMU
from complaints.actions import precedents
from complaints.staff.frame import frame


@staff_required(CMU)
@require_safe
def precedents_page(request: HttpRequest) -> HttpResponse:
    """Show the rulings kept for the next case, those that stand before those retired."""
    user, at = signed_in_user(request), timezone.now()
    retired = request.GET.get("view") == "retired"
    context = {"precedents": precedents.listed(retired=retired), "retired": retired, **frame(user, at=at)}
    return render(request, "complaints/unit/precedents/precedents.html", context)


@staff_required(CMU)
@require_POST
def retire(request: HttpRequest, precedent: int) -> HttpResponse:
    """Let a precedent be offered no more."""
    try:
        precedents.retire(precedent, at=timezone.now())
    except precedents.NoSuchPrecedent:
        raise Http404 from None
    messages.success(request, gettext("The precedent is retired and will no longer be suggested."))
    return redirect("precedents")
