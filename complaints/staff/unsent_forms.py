"""The page on which staff read what they left unsent."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.decorators import members_of_staff, signed_in_user
from complaints.staff.frame import frame
from complaints.unsent_forms import reading


@members_of_staff
@require_http_methods(["GET", "HEAD", "POST"])
def unsent_form(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show what a member of staff left unsent; a POST deletes it."""
    at = timezone.now()
    unsent = reading.own_unsent_form(request, pk, at=at)
    if request.method == "POST":
        return reading.begin_again(request, unsent)
    context = {**frame(signed_in_user(request), at=at), "unsent": unsent}
    return render(request, "complaints/staff/unsent_form.html", context)
