"""The start page of staff, which leads each to their own work."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user
from accounts.roles import CMU, CONTACT_CENTRE, DESK, LEADERSHIP, OPERATORS, STAFF_CHANGE_READERS, Role
from complaints.desk.directorate.members import MEMBERS
from complaints.staff.frame import frame

#: Where the work of each role is; who has several roles is led to the first.
_OWN_WORK = (
    (CMU, "unit-dashboard"),
    (DESK, "queue"),
    (CONTACT_CENTRE, "calls"),
    (MEMBERS, "directorate-requests"),
    (frozenset({Role.PM_OFFICE}), "pm-dashboard"),
    (LEADERSHIP, "late-cases"),
    (OPERATORS, "messages"),
    (STAFF_CHANGE_READERS, "staff-changes"),
)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Lead a member of staff to their own work; who has no role today is told so, and how that changes."""
    user, at = signed_in_user(request), timezone.now()
    if not user.is_staff:
        raise Http404
    authority = user.authority(at)
    for roles, url_name in _OWN_WORK:
        if authority.has(roles):
            return redirect(url_name)
    context = {**frame(user, at=at), "has_admin": settings.ADMIN_ENABLED and user.is_operator}
    return render(request, "complaints/desk/no_desk.html", context)
