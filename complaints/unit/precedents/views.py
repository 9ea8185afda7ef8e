"""The rulings kept for the next case."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import CMU
from complaints.actions import precedents
from complaints.models import Precedent
from complaints.staff.frame import frame
from complaints.unit.precedents.forms import PrecedentForm
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect, sending


@staff_required(CMU)
@require_safe
def precedents_page(request: HttpRequest) -> HttpResponse:
    """Show the rulings kept for the next case, those that stand before those retired."""
    user, at = signed_in_user(request), timezone.now()
    retired = request.GET.get("view") == "retired"
    found = list(precedents.listed(retired=retired))
    names = precedents.retired_by(found) if retired else {}
    rows = [(precedent, names.get(precedent.pk, "")) for precedent in found]
    context = {"rows": rows, "precedents": found, "retired": retired, **frame(user, at=at)}
    return render(request, "complaints/unit/precedents/precedents.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def write(request: HttpRequest, precedent: int | None = None) -> HttpResponse:
    """Write a precedent, new or in place of one in force, which is retired."""
    user, at = signed_in_user(request), timezone.now()
    replaces = get_object_or_404(Precedent, pk=precedent, ended_at=None) if precedent is not None else None
    data = request.POST if request.method == "POST" else None
    form = PrecedentForm(data, today=timezone.localdate(at), replaces=replaces)
    if form.is_bound and form.is_valid():
        try:
            with sending(request, at=at):
                precedents.write(form.text, by=user, at=at, replaces=replaces)
        except precedents.NoSuchPrecedent:
            raise Http404 from None
        messages.success(request, gettext("Saved."))
        return redirect("precedents")
    context = {"form": form, "replaces": replaces, **frame(user, at=at)}
    return render(request, "complaints/unit/precedents/precedent.html", context)


@staff_required(CMU)
@require_POST
def retire(request: HttpRequest, precedent: int) -> HttpResponse:
    """Let a precedent be offered no more."""
    try:
        precedents.retire(precedent, by=signed_in_user(request), at=timezone.now())
    except precedents.NoSuchPrecedent:
        raise Http404 from None
    messages.success(request, gettext("The precedent is retired and will no longer be suggested."))
    return redirect("precedents")
