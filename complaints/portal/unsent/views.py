"""The page on which citizens read what they left unsent."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.decorators import citizen_required
from complaints.portal.access import read_or_post
from complaints.unsent_forms import reading


@citizen_required
@read_or_post
def unsent_form(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show what a citizen left unsent; a POST deletes it."""
    unsent = reading.own_unsent_form(request, pk, at=timezone.now())
    if request.method == "POST":
        return reading.begin_again(request, unsent)
    return render(request, "complaints/portal/unsent/unsent_form.html", {"unsent": unsent})
