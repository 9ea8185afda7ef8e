"""Drafts that a browser kept while there was no network, and what other programs of a telephone share with this one.

A browser sends what it kept to one address, by POST; ``static/js/kept_send.js`` is the other side. A GET says who is
signed in, so that nobody's draft is sent by somebody else, and gives the token of forms. The answers are JSON:

- ``{"state": "taken", "draft": key, "url": …}``: the draft waits on the server, and its files may follow in pieces;
- ``{"state": "sent"}``: it is a case already, and nothing is to follow;
- 409, 422 and 429 with ``{"error": sentence}``: it was not taken, and stays where it is.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from complaints.attachments import uploads
from complaints.filing import drafting
from complaints.filing.drafting import TooManyDrafts
from complaints.filing.writers import Writer
from complaints.models import Case, Draft
from complaints.models.case import DETAILS_LENGTH
from complaints.portal.access import read_or_post
from complaints.portal.filing import what_step
from complaints.portal.filing.steps import TOO_MANY_DRAFTS, TOO_MANY_REQUESTS, TOO_MANY_VISITORS, step_url, to_step
from complaints.portal.filing.writer import for_everybody
from complaints.unsent_forms.marks import person_mark
from complaints.workflow import Kind

#: How long a browser keeps a draft, as ``static/js/kept.js`` has it.
KEPT_LIFE: Final = timedelta(hours=24)
CONFLICT: Final = 409
#: What the script says on whatever page it sends a draft from.
TEXTS: Final = {
    "taken": _("What you wrote while you were offline is here now. It is not sent yet."),
    "go": _("Continue"),
    "others": _("A draft is kept on this device for the person who wrote it. They can continue it after signing in."),
    "unreadable": _("A draft that was written offline could no longer be read and was deleted from this device."),
    "expired": _("A draft that was written offline was older than 24 hours and was deleted from this device."),
}


class KeptDraftForm(forms.Form):
    """Which draft a browser kept, and for how many seconds: its clock may be wrong, but it goes like any other."""

    kind = forms.ChoiceField(choices=Kind)
    draft = forms.UUIDField()
    age = forms.IntegerField(min_value=0, max_value=int(KEPT_LIFE.total_seconds()))


@for_everybody
@read_or_post
def new_offline(request: HttpRequest, writer: Writer) -> HttpResponse:
    """Say who is signed in, or take the words of a draft that the browser kept; taking it again changes nothing."""
    if request.method != "POST":
        texts = {name: str(text) for name, text in TEXTS.items()}
        return JsonResponse({"person": person_mark(request.user), "token": get_token(request), "texts": texts})
    form = KeptDraftForm(request.POST)
    if not form.is_valid():
        return _refusal(gettext("This draft cannot be read. Write it again."), status=422)
    at = timezone.now()
    kept_at = at - timedelta(seconds=form.cleaned_data["age"])
    try:
        return _take(request, writer, form.cleaned_data["kind"], form.cleaned_data["draft"], kept_at=kept_at, at=at)
    except TooManyDrafts:
        return _refusal(TOO_MANY_DRAFTS if writer.citizen else TOO_MANY_VISITORS, status=TOO_MANY_REQUESTS)


def _take(
    request: HttpRequest, writer: Writer, kind: str, key: uuid.UUID, *, kept_at: datetime, at: datetime
) -> HttpResponse:
    draft = drafting.open_draft(writer, kind, key, at=at)
    if not draft.is_begun:
        if is_sent(key):
            return JsonResponse({"state": "sent"})
        if Draft.objects.filter(pk=key).exists():
            return _refusal(gettext("Someone else is continuing this draft."), status=CONFLICT)
    if not draft.is_begun or draft.updated_at <= kept_at:
        draft = _save_words(request.POST, writer, draft, at=at)
    if draft.pk != key:
        # It was sent while it was being saved: what was begun under another key is nobody's.
        uploads.discard(draft)
        return JsonResponse({"state": "sent"})
    return JsonResponse({"state": "taken", "draft": str(draft.pk), "url": step_url("new-what", draft)})


def is_sent(key: uuid.UUID) -> bool:
    """Tell whether a draft is a case by now."""
    return Case.objects.filter(submission=key).exists()


def _save_words(data: QueryDict, writer: Writer, draft: Draft, *, at: datetime) -> Draft:
    words = data.copy()
    words[what_step.AUTOSAVE] = "1"
    form = what_step.details_form(words, None, writer=writer, draft=draft, at=at)
    return what_step.take(form, words, writer=writer, draft=draft, at=at)


def _refusal(text: object, *, status: int) -> HttpResponse:
    return JsonResponse({"error": str(text)}, status=status)


# ---- shared by another program of the telephone ----


@csrf_exempt
@for_everybody
@require_POST
def share(request: HttpRequest, writer: Writer) -> HttpResponse:
    """Begin a complaint with the text and the files that a person shared with the app; open its first step.

    The browser itself makes the request, without a token of ours: one that another site makes is refused.
    """
    if not _is_own_request(request):
        raise PermissionDenied
    at, draft = timezone.now(), Draft(kind=Kind.COMPLAINT, **writer.owns())
    if not _shared_text(request.POST) and not request.FILES:
        return to_step("new-what", draft)
    data = QueryDict(mutable=True)
    data.update({"details": _shared_text(request.POST), what_step.KEEP: "1"})
    form = what_step.details_form(data, request.FILES, writer=writer, draft=draft, at=at)
    try:
        draft = what_step.take(form, data, writer=writer, draft=draft, at=at)
    except TooManyDrafts:
        return what_step.render_too_many(request, writer, form, draft, at)
    return to_step("new-what", draft)


def _shared_text(data: QueryDict) -> str:
    """Return what was shared in words, each part once, as much as a complaint holds."""
    parts = dict.fromkeys(data.get(name, "").strip() for name in ("title", "text", "url"))
    return "\n".join(filter(None, parts))[:DETAILS_LENGTH]


def _is_own_request(request: HttpRequest) -> bool:
    """Tell whether the browser made the request by itself or for a page of ours, as its own headers say."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in {"none", "same-origin"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()
