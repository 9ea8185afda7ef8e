"""One address for the files of a draft: they arrive in pieces, are looked at, and removed; answers are JSON.

Pages work without it: their form brings the files whole. The protocol, by POST:

- ``name``, ``size`` and ``sha256`` begin a file, or find where it stopped: ``{"upload": key, "received": bytes}``;
- a body of bytes at ``?upload=key&start=bytes`` is its next piece; 409 tells where the next one begins;
- ``finish=key`` checks the whole and keeps it: ``{"html": the row of the list}``, or 422 with a sentence;
- ``cancel=key`` throws an upload away, and ``remove=key`` a file that is kept.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.template import loader
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from complaints.attachments import uploads
from complaints.attachments.fields import KILOBYTE, NOT_STORED, accept, refusal_text, spend
from complaints.attachments.recognition import FileRefused
from complaints.attachments.responses import shown_response
from complaints.filing import drafting
from complaints.filing.drafting import TooManyDrafts, Writer
from complaints.models import Attachment, Case, Draft, Upload
from complaints.models.case import DETAILS_LENGTH
from complaints.portal import filing
from complaints.portal.access import read_or_post
from complaints.portal.filing_steps import (
    TOO_MANY_DRAFTS,
    TOO_MANY_REQUESTS,
    TOO_MANY_VISITORS,
    for_everybody,
    requested_draft,
    step_url,
    to_step,
)
from complaints.unsent_forms import person_mark
from complaints.workflow import Kind
from kit.file_storage import has_no_room
from kit.sent_numbers import sent_number


@for_everybody
@require_POST
def new_files(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Take one step of the protocol."""
    at = timezone.now()
    draft = requested_draft(request, writer, kind, at=at)
    try:
        return _step(request, writer, draft, at)
    except uploads.NoUpload:
        return _refusal(gettext("This file was not kept. Choose it again."), status=404)
    except uploads.OutOfOrder as error:
        return JsonResponse({"received": error.received}, status=409)
    except TooManyDrafts:
        return _refusal(TOO_MANY_DRAFTS if writer.citizen else TOO_MANY_VISITORS, status=TOO_MANY_REQUESTS)
    except (uploads.WrongUpload, uploads.WrongPiece, uploads.WrongContent):
        return _refusal(gettext("The file arrived damaged. Choose it again."))
    except FileRefused as error:
        return _refusal(refusal_text(error.reason, uploads.tidy_name(request.POST.get("name", ""))))


def _refusal(text: object, status: int = 422) -> HttpResponse:
    return JsonResponse({"error": str(text)}, status=status)


def _step(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    if "sha256" in request.POST:
        return _begin(request, writer, draft, at)
    # A key that is somebody else's names a draft that is not begun.
    if not draft.is_begun:
        raise uploads.NoUpload
    if "upload" in request.GET:
        return _take_piece(request, draft, at)
    if "finish" in request.POST:
        return _finish(request, writer, draft, at)
    if "cancel" in request.POST:
        uploads.drop(draft, _key(request.POST["cancel"]))
    elif "remove" in request.POST:
        for attachment in draft.attachments.filter(pk=_key(request.POST["remove"])):
            uploads.remove(attachment)
    return HttpResponse(status=204)


def _key(text: object) -> uuid.UUID:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        raise Http404 from None


def _number(text: str) -> int:
    number = sent_number(text)
    if number is None:
        raise uploads.WrongUpload
    return number


def _begin(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    size, sha256 = _number(request.POST.get("size", "")), request.POST["sha256"]
    uploads.require_possible(size=size, sha256=sha256)
    upload = uploads.find_upload(draft, size=size, sha256=sha256) if draft.is_begun else None
    if upload is None:
        try:
            # The file itself is counted as often as it is opened: when it is complete.
            spend(writer.uploader, files=0, kilobytes=-(-size // KILOBYTE), at=at, network=writer.network)
        except ValidationError as error:
            return _refusal(error.messages[0], status=TOO_MANY_REQUESTS)
        draft = drafting.save_draft(draft, writer, at=at)
        try:
            with drafting.locked(draft):
                left = drafting.room_for_bytes(draft, writer)
                if left is not None and size > left:
                    return _refusal(
                        gettext(
                            "This file was not uploaded: before you sign in, a draft holds up to 10 MB of files. "
                            "Choose a smaller file, or sign in first."
                        )
                    )
                upload = _new_upload(request, draft, size, sha256, at)
        except uploads.TooManyUploads:
            return _refusal(gettext("You have already added 10 files. Remove one to add another."))
    return JsonResponse({"upload": upload.pk, "received": upload.received, "draft": draft.pk})


def _new_upload(request: HttpRequest, draft: Draft, size: int, sha256: str, at: datetime) -> Upload:
    name, room = request.POST.get("name", ""), uploads.MOST_FILES - draft.attachments.count()
    return uploads.begin(draft, name=name, size=size, sha256=sha256, room=room, at=at)


def _take_piece(request: HttpRequest, draft: Draft, at: datetime) -> HttpResponse:
    key, start = _key(request.GET["upload"]), _number(request.GET.get("start", ""))
    upload = uploads.take_piece(draft, key, start=start, content=request.body, at=at)
    return JsonResponse({"received": upload.received})


def _finish(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    """Keep the complete file as one that a form brought; what is refused goes, what cannot be stored now stays."""
    key = _key(request.POST["finish"])
    try:
        spend(writer.uploader, files=1, kilobytes=0, at=at, network=writer.network)
    except ValidationError as error:
        return _refusal(error.messages[0], status=TOO_MANY_REQUESTS)
    try:
        with uploads.assembled(draft, key) as file:
            taken, refused = accept([file], at=at)
            uploads.keep(taken, draft=draft)
    except (OSError, uploads.NotStored) as error:
        if isinstance(error, OSError) and not has_no_room(error):
            raise
        return _refusal(NOT_STORED)
    uploads.drop(draft, key)
    if refused:
        return _refusal(refused[0])
    kept = draft.attachments.filter(sha256=taken[0].sha256).first()
    if kept is None:
        raise uploads.NoUpload
    row = loader.render_to_string("complaints/attachments/_draft_file.html", _row(kept, draft), request)
    return JsonResponse({"html": row, "key": kept.pk})


def _row(attachment: Attachment, draft: Draft) -> dict[str, object]:
    return {"attachment": attachment, "draft": draft}


@for_everybody
@require_safe
def new_file(request: HttpRequest, writer: Writer, kind: str, pk: uuid.UUID) -> HttpResponseBase:
    """Show a file of an own draft, or hand it out."""
    drafts = writer.drafts(at=timezone.now()).filter(kind=kind)
    attachment = get_object_or_404(Attachment, pk=pk, draft__in=drafts)
    return shown_response(request, attachment, name=attachment.name)


# ---- Drafts that a browser kept while there was no network, and what other programs of a telephone share with
# this one.
#
# A browser sends what it kept to one address, by POST; ``static/js/kept_send.js`` is the other side. A GET says who
# is signed in, so that nobody's draft is sent by somebody else, and gives the token of forms. The answers are JSON:
#
# - ``{"state": "taken", "draft": key, "url": …}``: the draft waits on the server, and its files may follow in pieces;
# - ``{"state": "sent"}``: it is a case already, and nothing is to follow;
# - 409, 422 and 429 with ``{"error": sentence}``: it was not taken, and stays where it is.


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
        return _offline_views_refusal(gettext("This draft cannot be read. Write it again."), status=422)
    at = timezone.now()
    kept_at = at - timedelta(seconds=form.cleaned_data["age"])
    try:
        return _take(request, writer, form.cleaned_data["kind"], form.cleaned_data["draft"], kept_at=kept_at, at=at)
    except TooManyDrafts:
        return _offline_views_refusal(
            TOO_MANY_DRAFTS if writer.citizen else TOO_MANY_VISITORS, status=TOO_MANY_REQUESTS
        )


def _take(
    request: HttpRequest, writer: Writer, kind: str, key: uuid.UUID, *, kept_at: datetime, at: datetime
) -> HttpResponse:
    draft = drafting.open_draft(writer, kind, key, at=at)
    if not draft.is_begun:
        if is_sent(key):
            return JsonResponse({"state": "sent"})
        if Draft.objects.filter(pk=key).exists():
            return _offline_views_refusal(gettext("Someone else is continuing this draft."), status=CONFLICT)
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
    words[filing.AUTOSAVE] = "1"
    form = filing.details_form(words, None, writer=writer, draft=draft, at=at)
    return filing.take(form, words, writer=writer, draft=draft, at=at)


def _offline_views_refusal(text: object, *, status: int) -> HttpResponse:
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
    data.update({"details": _shared_text(request.POST), filing.KEEP: "1"})
    form = filing.details_form(data, request.FILES, writer=writer, draft=draft, at=at)
    try:
        draft = filing.take(form, data, writer=writer, draft=draft, at=at)
    except TooManyDrafts:
        return filing.render_too_many(request, writer, form, draft, at)
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
