"""The late cases that were reported to the secretary-general or the minister's office of an agency."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import LEADERSHIP
from complaints.desk.late_cases.table import late_rows
from complaints.staff.frame import frame


@staff_required(LEADERSHIP)
@require_safe
def late_cases_page(request: HttpRequest) -> HttpResponse:
    """List the late cases that were reported to the reader's levels, those late the longest first."""
    user, at = signed_in_user(request), timezone.now()
    rows, number = late_rows(user, at=at)
    context = {"rows": rows, "number": number, "has_more": number > len(rows), **frame(user, at=at)}
    return render(request, "complaints/desk/late_cases/late_cases.html", context)
