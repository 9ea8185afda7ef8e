"""What the steps of filing share: the draft a request names, the way to a step, and the context of its page."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.attachments import uploads
from complaints.case_text.kinds import words_of_kind
from complaints.filing import drafting
from complaints.filing.preselection import draft_query, preselect
from complaints.filing.understanding import NOTHING_UNDERSTOOD, Understood, problems_for
from complaints.filing.writers import Writer
from complaints.models import Draft
from complaints.suggestions.everyday import danger_in

#: The status of a page that could not keep a draft.
TOO_MANY_REQUESTS = 429
TOO_MANY_DRAFTS = _(
    "You have too many unfinished drafts. Finish or delete one first. What you wrote is still on this page."
)
TOO_MANY_VISITORS = _(
    "Too many drafts were begun here without signing in. Copy what you wrote, sign in, and paste it; or try again in "
    "an hour."
)


def draft_token(request: HttpRequest) -> uuid.UUID | None:
    """Return the key of the draft that the page belongs to, None where it names none."""
    try:
        return uuid.UUID(request.POST.get("draft") or request.GET.get("draft") or "")
    except ValueError:
        return None


def requested_draft(request: HttpRequest, writer: Writer, kind: str, *, at: datetime) -> Draft:
    """Return the draft of a request, which may be one that is not saved yet; then the address may choose for it."""
    draft = drafting.open_draft(writer, kind, draft_token(request), at=at)
    return preselect(draft, request.GET, at=at)


def to_step(name: str, draft: Draft, part: str = "") -> HttpResponse:
    """Redirect to a step of a draft, where given to a ``part`` of its page."""
    return redirect(f"{step_url(name, draft)}{part and f'#{part}'}")


def step_url(name: str, draft: Draft) -> str:
    """Return the address of a step of a draft, with what was chosen for one that is not saved yet."""
    return f"{reverse(name, kwargs={'kind': draft.kind})}?{draft_query(draft)}"


def step_context(
    form: forms.Form, draft: Draft, at: datetime, *, understood: Understood = NOTHING_UNDERSTOOD
) -> dict[str, Any]:
    """Return what the page of every step shows; what was ``understood`` stands in for what a draft leaves open."""
    return {
        "form": form,
        "draft": draft,
        "kind": words_of_kind(draft.kind),
        "danger": danger_in(f"{draft.subject}. {draft.details}", at=at),
        "known_problems": problems_for(draft, understood, at=at),
        "attachments": uploads.of_draft(draft),
        "is_begun": draft.is_begun,
        "is_restored": drafting.is_restored(draft, at=at),
        "is_visitor": draft.citizen_id is None,
        "urls": {name.removeprefix("new-"): step_url(name, draft) for name in STEPS},
    }


#: The steps that pages link to.
STEPS = ("new-what", "new-agency", "new-check", "new-choose", "new-restart")


def say_too_many(form: forms.Form, writer: Writer) -> None:
    """Say on the form why its draft could not be begun."""
    form.add_error(None, TOO_MANY_DRAFTS if writer.citizen else TOO_MANY_VISITORS)
