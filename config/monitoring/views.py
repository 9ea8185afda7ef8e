"""The status pages, for staff who look after the system and for everybody, and the address of the metrics."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import OPERATORS, SYSTEM_READERS
from complaints.staff.frame import frame
from complaints.staff.handbook import span_words
from config.monitoring import exposition, limits, parts, public
from config.monitoring.part_status import PartState
from kit.shared_answers import kept_by_everybody

BEARER = "Bearer "


@staff_required(SYSTEM_READERS)
@require_safe
def system_status(request: HttpRequest) -> HttpResponse:
    """Show operators and the unit how each part of the system stands, and what to do."""
    user, at = signed_in_user(request), timezone.now()
    found = parts.system_status(at)
    working = {part: status for part, status in found.items() if status.state == PartState.WORKING}
    troubles = {part: status for part, status in found.items() if part not in working}
    context: dict[str, Any] = {
        "troubles": troubles.items(),
        "working": working.items(),
        "runbook_url": settings.RUNBOOK_URL,
        "is_operator": user.authority(at).has(OPERATORS),
        "tries_registry": bool(settings.REGISTRY) and user.authority(at).has(OPERATORS),
        **frame(user, at=at),
    }
    return render(request, "config/system_status.html", context)


@staff_required(OPERATORS)
@require_safe
def limits_page(request: HttpRequest) -> HttpResponse:
    """Show operators every limit, and how many stand at it now; whose they are is nowhere readable."""
    user, at = signed_in_user(request), timezone.now()
    window = settings.SEND_WINDOW and span_words(settings.SEND_WINDOW)
    context = {"limits": limits.limit_rows(at), "send_window": window, **frame(user, at=at)}
    return render(request, "config/limits.html", context)


@login_not_required
@require_safe
@kept_by_everybody(seconds=15)
def public_status(request: HttpRequest) -> HttpResponse:
    """Say to everybody what works and what comes late; reads no user and no session, so that it works without them."""
    return render(request, "config/status.html", {"status": public.public_status()})


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer a scrape that brings the token of METRICS_TOKEN; there is no such page for anybody else."""
    if not _has_token(request):
        raise Http404
    return HttpResponse(exposition.whole(), content_type=exposition.CONTENT_TYPE)


def _has_token(request: HttpRequest) -> bool:
    said = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not said.startswith(BEARER):
        return False
    return secrets.compare_digest(said.removeprefix(BEARER).encode(), settings.METRICS_TOKEN.encode())
