"""The cases that a mandate covers, and a new one for the person; the pages of a case are those of its citizen."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import citizen_required, signed_in_citizen, signed_in_user
from accounts.models import Citizen, Mandate, MandateOver
from complaints.attachments.fields import uploader_key
from complaints.case_text.kinds import WORDS
from complaints.filing import drafting
from complaints.filing.drafting import TooManyDrafts
from complaints.filing.writers import Writer
from complaints.models import Case, Draft
from complaints.own_cases import listing
from complaints.portal.filing.steps import TOO_MANY_DRAFTS, to_step

#: Cases on the page, the newest; the others are found by their number.
MOST: Final = 100


@citizen_required
@require_safe
def cases_for(request: HttpRequest, pk: UUID) -> HttpResponse:
    """List the cases that the mandate covers, and offer to file one for the person."""
    user, at = signed_in_user(request), timezone.now()
    mandate = _in_force(signed_in_citizen(request), pk)
    seen = Case.objects.visible_to(user, at=at).filter(citizen=mandate.person)
    rows = listing.rows(seen.for_listing().order_by("-filed_at", "-pk")[:MOST], at=at)
    page = {"mandate": mandate, "rows": rows, "kinds": WORDS}
    return render(request, "complaints/portal/mandates/cases_for.html", page)


@citizen_required
@require_POST
def file_for(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """Begin a draft for the person; whoever sends it is asked for the mandate once more, under its lock."""
    citizen, at = signed_in_citizen(request), timezone.now()
    mandate = _in_force(citizen, pk)
    writer = Writer(citizen=citizen, visitor="", uploader=uploader_key(signed_in_user(request)), network="")
    try:
        draft = drafting.save_draft(Draft(kind=kind, mandate=mandate, **writer.owns()), writer, at=at)
    except TooManyDrafts:
        messages.error(request, TOO_MANY_DRAFTS)
        return redirect("cases-for", pk)
    return to_step("new-what", draft)


def _in_force(citizen: Citizen, pk: UUID) -> Mandate:
    """Return the mandate of the representative; 404 for everybody else, ``MandateOver`` for one that is over."""
    held = Mandate.objects.filter(representative=citizen, decided_at__isnull=False).select_related("person")
    mandate = get_object_or_404(held, pk=pk)
    if not mandate.is_in_force(at=timezone.now()):
        raise MandateOver(mandate)
    return mandate
