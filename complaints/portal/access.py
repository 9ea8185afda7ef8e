"""What the citizens' pages share: the door to a case of one's own, and the answer to a press that came too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django import forms
from django.http import HttpRequest, QueryDict
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user
from complaints.models import Case
from complaints.own_cases import SEEN, AgencyPreview, load_own_case, preview_unless_seen

read_or_post = require_http_methods(["GET", "HEAD", "POST"])
#: The answer to somebody whose page was overtaken; what they typed stays on it.
CONFLICT = 409


def own_case(request: HttpRequest, ref: str, *, at: datetime) -> Case:
    """Return the signed-in citizen's case ``ref`` or raise Http404, alike for a missing one and another's."""
    return load_own_case(signed_in_user(request), ref, at=at)


def posted_data(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, None when the page is only opened; an empty form that was sent has errors to show."""
    return request.POST if request.method == "POST" else None


def unread(request: HttpRequest, case: Case, form: forms.Form, *names: str) -> AgencyPreview | None:
    """Return how the agency will read the fields ``names`` of a press; None where nothing is to be shown first."""
    preview = preview_unless_seen(case, form, *names, seen=request.POST.get(SEEN, ""))
    return replace(preview, had_files=bool(request.FILES)) if preview else None


def status_for(form: forms.Form) -> int:
    """Return the status of a page with ``form``: 409 when it was overtaken."""
    return CONFLICT if form.is_bound and form.has_error("__all__", "overtaken") else 200
