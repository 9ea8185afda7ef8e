"""The desk: its door, the queue with its search, the page of a case and its files."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.guards import staff_required, user_of
from accounts.roles import CMU, CONTACT_CENTRE, DESK, OPERATORS, REPORT_READERS
from complaints import desk, search
from complaints.casefile import open_file
from complaints.desk import Page, Tab, knows_person
from complaints.models import Case, CaseQuerySet
from complaints.panel import panel_of, sight_of
from complaints.views.acts import CASEWORK, case_context, frame, load
from complaints.views.files import file_response

#: Where each role's own work is; of several the first.
_DOORS = (
    (CMU, "triage"),
    (DESK, "queue"),
    (CONTACT_CENTRE, "calls"),
    (REPORT_READERS, "reports"),
    (OPERATORS, "messages"),
)


@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """Send each member of staff to the own work; who has none today is told so, and how that changes."""
    user, at = user_of(request), timezone.now()
    if not user.is_staff:
        raise Http404
    authority = user.authority(at)
    for roles, name in _DOORS:
        if authority.has(roles):
            return redirect(name)
    context = {**frame(user, at=at), "has_admin": settings.ADMIN_ENABLED and user.is_operator}
    return render(request, "complaints/desk/no_desk.html", context)


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """Show a tab of the queue by deadline, or the cases with some words.

    A search is posted: the number of a person must not stand in an address, where logs and histories keep it.
    """
    user, at = user_of(request), timezone.now()
    scope = Case.objects.visible_to(user, at=at)
    if request.method == "POST":
        return _find(request, scope, request.POST.get("q", "").strip())
    text, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    tab = Tab(request.GET["view"]) if request.GET.get("view") in Tab else Tab.OPEN
    if text:
        return _listing(request, search.by_words(scope, text, after=after), here={"q": text}, text=text)
    return _listing(request, desk.page_of(scope, tab, at=at, after=after), here={"view": tab}, tab=tab)


def _find(request: HttpRequest, scope: CaseQuerySet, text: str) -> HttpResponse:
    """Answer what was typed in the search box: a number by its case or cases, words by their own address."""
    if case := search.by_reference(scope, text):
        return redirect("desk-case", case.reference)
    if not search.is_personal(text):
        return redirect(f"{reverse('queue')}?{urlencode({'q': text[: search.LONGEST]})}")
    cases = search.by_person(scope, text, user=user_of(request), at=timezone.now())
    if len(cases) == 1:
        return redirect("desk-case", cases[0].reference)
    return _listing(request, Page(cases, ""), of_person=True)


def _listing(request: HttpRequest, page: Page, *, here: Mapping[str, str] | None = None, **said: Any) -> HttpResponse:
    """Show a page of cases; ``here`` is what its address says, for the links to further pages."""
    user, at = user_of(request), timezone.now()
    counts = desk.counts_of(Case.objects.visible_to(user, at=at), user, at=at)
    around = {
        "rows": [desk.row_of(case, user, at=at) for case in page.cases],
        "tabs": [(one, counts.get(one)) for one in Tab],
        "next": f"?{urlencode({**(here or {}), 'after': page.next})}" if page.next else "",
        "first": f"?{urlencode(here or {})}" if request.GET.get("after") else "",
        "all_agencies": user.authority(at).has(CMU),
    }
    return render(request, "complaints/desk/queue.html", {**around, **said, **frame(user, at=at)})


@staff_required(CASEWORK)
@require_safe
def case_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a case: the citizen's words first, the decision beside them, the history below."""
    user, at = user_of(request), timezone.now()
    case = load(user, ref, at=at)
    papers = open_file(case, at=at)
    context = {
        "file": papers,
        "panel": panel_of(sight_of(case, user, at=at), may_correct=papers.may_correct),
        **case_context(case, user, at=at),
    }
    return render(request, "complaints/desk/case.html", context)


@staff_required(CASEWORK)
@require_safe
def file(request: HttpRequest, ref: str, pk: uuid.UUID) -> HttpResponseBase:
    """Hand a file of a case out."""
    user, at = user_of(request), timezone.now()
    case = load(user, ref, at=at)
    attachment = get_object_or_404(case.attachments, pk=pk)
    is_named = knows_person(case, user, at=at)
    return file_response(attachment, name=attachment.name if is_named else attachment.plain_name)
