"""A draft that was begun by a mandate which is over: what was written stays, to be sent as one's own or deleted."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from complaints.attachments import uploads
from complaints.case_text.kinds import words_of_kind
from complaints.escalation.expiry import last_day
from complaints.filing import drafting
from complaints.filing.writers import Writer
from complaints.models import Draft
from complaints.portal.filing import typed
from complaints.portal.filing.steps import requested_draft, step_url, to_step
from complaints.portal.filing.writer import for_everybody


def is_over(draft: Draft, *, at: datetime) -> bool:
    """Tell whether the mandate of a draft, if it has one, is over; one statement where it has one."""
    return draft.mandate is not None and not draft.mandate.is_in_force(at=at)


def over_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Return the page that stands for every step of such a draft."""
    held = typed.unpack(draft, typed.WHAT)
    context = {
        "draft": draft,
        "kind": words_of_kind(draft.kind),
        "mandate": draft.mandate,
        "words": held.data.get("details", "") if held else draft.details,
        "attachments": uploads.of_draft(draft),
        "last_day": last_day(draft),
        "own_url": step_url("new-own", draft),
        "restart_url": step_url("new-restart", draft),
    }
    return render(request, "complaints/portal/filing/new_mandate_over.html", context)


@for_everybody
@require_POST
def new_own(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Make the draft of a mandate that is over the writer's own; of any other one nothing changes."""
    at = timezone.now()
    draft = requested_draft(request, writer, kind, at=at)
    if draft.is_begun and is_over(draft, at=at):
        drafting.save_draft(draft, writer, at=at, mandate=None)
        messages.info(
            request, gettext("This is in your own name now. Read it once more: you wrote it for another person.")
        )
    return to_step("new-what", draft)
