"""One address for the files of a draft: they arrive in pieces, are looked at, and removed; answers are JSON.

Pages work without it: their form brings the files whole. The protocol, by POST:

- ``name``, ``size`` and ``sha256`` begin a file, or find where it stopped: ``{"upload": key, "received": bytes}``;
- a body of bytes at ``?upload=key&start=bytes`` is its next piece; 409 tells where the next one begins;
- ``finish=key`` checks the whole and keeps it: ``{"html": the row of the list}``, or 422 with a sentence;
- ``cancel=key`` throws an upload away, and ``remove=key`` a file that is kept.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.template import loader
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from complaints.attachments import arrivals, uploads
from complaints.attachments.fields import KILOBYTE, NOT_STORED, accept, refusal_text, spend
from complaints.attachments.recognition import FileRefused
from complaints.attachments.responses import shown_response
from complaints.filing import drafting
from complaints.filing.drafting import TooManyDrafts
from complaints.filing.writers import Writer
from complaints.models import Attachment, Draft, Upload
from complaints.portal.filing.steps import TOO_MANY_DRAFTS, TOO_MANY_REQUESTS, TOO_MANY_VISITORS, requested_draft
from complaints.portal.filing.writer import for_everybody
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
    except arrivals.NoUpload:
        return _refusal(gettext("This file was not kept. Choose it again."), status=404)
    except arrivals.OutOfOrder as error:
        return JsonResponse({"received": error.received}, status=409)
    except TooManyDrafts:
        return _refusal(TOO_MANY_DRAFTS if writer.citizen else TOO_MANY_VISITORS, status=TOO_MANY_REQUESTS)
    except (arrivals.WrongUpload, arrivals.WrongPiece, arrivals.WrongContent):
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
        raise arrivals.NoUpload
    if "upload" in request.GET:
        return _take_piece(request, draft, at)
    if "finish" in request.POST:
        return _finish(request, writer, draft, at)
    if "cancel" in request.POST:
        arrivals.drop(draft, _key(request.POST["cancel"]))
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
        raise arrivals.WrongUpload
    return number


def _begin(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    size, sha256 = _number(request.POST.get("size", "")), request.POST["sha256"]
    arrivals.require_possible(size=size, sha256=sha256)
    upload = arrivals.find_upload(draft, size=size, sha256=sha256) if draft.is_begun else None
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
        except arrivals.TooManyUploads:
            return _refusal(gettext("You have already added 10 files. Remove one to add another."))
    return JsonResponse({"upload": upload.pk, "received": upload.received, "draft": draft.pk})


def _new_upload(request: HttpRequest, draft: Draft, size: int, sha256: str, at: datetime) -> Upload:
    name, room = request.POST.get("name", ""), uploads.MOST_FILES - draft.attachments.count()
    return arrivals.begin(draft, name=name, size=size, sha256=sha256, room=room, at=at)


def _take_piece(request: HttpRequest, draft: Draft, at: datetime) -> HttpResponse:
    key, start = _key(request.GET["upload"]), _number(request.GET.get("start", ""))
    upload = arrivals.take_piece(draft, key, start=start, content=request.body, at=at)
    return JsonResponse({"received": upload.received})


def _finish(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    """Keep the complete file as one that a form brought; what is refused goes, what cannot be stored now stays."""
    key = _key(request.POST["finish"])
    try:
        spend(writer.uploader, files=1, kilobytes=0, at=at, network=writer.network)
    except ValidationError as error:
        return _refusal(error.messages[0], status=TOO_MANY_REQUESTS)
    try:
        with arrivals.assembled(draft, key) as file:
            taken, refused = accept([file], at=at)
            uploads.keep(taken, draft=draft)
    except (OSError, uploads.NotStored) as error:
        if isinstance(error, OSError) and not has_no_room(error):
            raise
        return _refusal(NOT_STORED)
    arrivals.drop(draft, key)
    if refused:
        return _refusal(refused[0])
    kept = draft.attachments.filter(sha256=taken[0].sha256).first()
    if kept is None:
        raise arrivals.NoUpload
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
