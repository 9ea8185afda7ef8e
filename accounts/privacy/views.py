"""The citizen's pages of who looked, and of the policy that changed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.decorators import POLICY_DUE, citizen_required, local_next, signed_in_citizen, signed_in_user
from accounts.privacy.forms import PolicyForm
from kit import keyset


@require_safe
@citizen_required
def views(request: HttpRequest) -> HttpResponse:
    """Show who looked at the person: the role and agency, never the name of the officer; one page in one statement."""
    order, after = keyset.Order("at", newest=True), request.GET.get("after", "")
    rows = signed_in_citizen(request).views.select_related("agency").order_by(*order.columns)
    page = order.page(order.after(rows, keyset.read(after)))
    context = {
        "views": page.rows,
        "next": f"?after={page.next}" if page.next else "",
        "first": "?" if after else "",
    }
    return render(request, "accounts/privacy/views.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def accept_policy(request: HttpRequest) -> HttpResponse:
    """Show the policy that changed, and go on to what was asked for once it is accepted."""
    user = signed_in_user(request)
    if user.is_staff:
        return redirect("desk")
    if not hasattr(user, "citizen"):
        raise Http404
    citizen, language, target = signed_in_citizen(request), get_language() or "ar", local_next(request)
    at = timezone.now()
    if policy.has_accepted(citizen, at=at):
        request.session.pop(POLICY_DUE, None)
        return redirect(target or "home")
    current = policy.in_force(at)
    form = PolicyForm(request.POST if request.method == "POST" else None, version=current.version)
    if form.is_bound and form.is_valid():
        policy.accept(citizen, current.version, language=language, at=at)
        request.session.pop(POLICY_DUE, None)
        return redirect(target or "home")
    context = {"form": form, "next": target, **current.context(language)}
    return render(request, "accounts/privacy/accept_policy.html", context)
