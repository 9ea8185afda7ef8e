"""The page of all changes of staff, for the auditor and the head of the unit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import STAFF_CHANGE_READERS
from accounts.staff.changes.forms import ChangesForm
from accounts.staff.changes.listing import list_changes
from accounts.staff.filters import query_string, sent_filter
from accounts.staff.frame import frame
from agencies.models import Agency


@staff_required(STAFF_CHANGE_READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def changes(request: HttpRequest) -> HttpResponse:
    """List every change; names are searched by POST, so that none stands in an address."""
    user, at = signed_in_user(request), timezone.now()
    sent = sent_filter(request)
    form = ChangesForm(sent, agencies=Agency.objects.order_by("name_ar", "pk"))
    query = form.query()
    if request.method == "POST" and not query.words:
        return redirect(request.path + query_string(sent))
    page = list_changes(query, after=sent.get("after", ""))
    older = query_string(sent, after=page.next) if page.next and not query.words else ""
    context = {"form": form, "page": page, "older": older, **frame(user, at=at)}
    return render(request, "accounts/staff/changes/changes.html", context)
