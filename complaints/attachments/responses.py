"""HTTP responses with an attachment; the caller has checked that the reader may open its case."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.csp import CSP

from accounts.models import User
from complaints.attachments import uploads
from complaints.attachments.uploads import open_stored
from complaints.models import Answer, AnswerState, Attachment, Case, Thumbnail


def shown_response(request: HttpRequest, attachment: Attachment, *, name: str) -> HttpResponseBase:
    """Return the file as a download called ``name``, or as ``?as=`` says: photo, small (its thumbnail) or voice."""
    match request.GET.get("as"):
        case "small":
            return small_response(attachment)
        case "voice":
            return voice_response(attachment, byte_range=request.headers.get("Range", ""))
        case shape:
            return file_response(attachment, name=name, shown=shape == "photo")


def file_response(attachment: Attachment, *, name: str, shown: bool = False) -> FileResponse:
    """Return the file as a download called ``name``, sandboxed in case a browser opens it anyway.

    ``shown`` lets the browser show it instead: pictures alone, which were re-encoded when they were uploaded.
    Raises Http404 if the file is not there (`check_files` finds those), and ``StorageUnavailable``, for which the site
    answers 503.
    """
    try:
        stored = open_stored(attachment)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        stored,
        as_attachment=not (shown and attachment.is_picture),
        filename=name,
        content_type=attachment.content_type,
    )
    return sealed(response)


def small_response(attachment: Attachment) -> HttpResponse:
    """Return the thumbnail of a picture; 404 for any other file, and for a picture that was never decoded."""
    small = Thumbnail.objects.filter(attachment=attachment).first()
    if small is None:
        raise Http404
    return sealed(HttpResponse(bytes(small.content), content_type="image/jpeg"))


def voice_response(attachment: Attachment, *, byte_range: str) -> HttpResponse:
    """Return a voice note to be played, or the bytes that the header Range asks for; 404 for any other file.

    A player asks for parts to jump within the sound (RFC 9110, 14).
    """
    if not attachment.is_voice:
        raise Http404
    try:
        with open_stored(attachment) as stored:
            content: bytes = stored.read()
    except FileNotFoundError:
        raise Http404 from None
    return sealed(_ranged_answer(content, byte_range, attachment.content_type))


_RANGE: Final = re.compile(r"bytes=(?:(\d{1,12})-(\d{0,12})|-(\d{1,12}))")


def _ranged_answer(content: bytes, byte_range: str, content_type: str) -> HttpResponse:
    """Return the one range that is asked for with 206, 416 where there is nothing, and all of it for anything else."""
    size, asked = len(content), _RANGE.fullmatch(byte_range)
    headers = {"Accept-Ranges": "bytes"}
    if asked is None:
        return HttpResponse(content, content_type=content_type, headers=headers)
    first, last, tail = asked.groups()
    start = int(first) if first else max(0, size - int(tail))
    end = min(size, int(last) + 1) if last else size
    if start >= end:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return HttpResponse(content[start:end], status=206, content_type=content_type, headers=headers)


def sealed[R: HttpResponseBase](response: R) -> R:
    """Return ``response`` with headers that forbid the browser to guess its type and to run anything in it."""
    response.headers[CSP.HEADER_ENFORCE.value] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


# ---- Files that are ready for an answer which is still being written: nobody but its writer has them. ----


#: How long files wait for the answer they were prepared for.
PREPARED_LIFE: Final = timedelta(days=7)
MOST_DROPPED: Final = 200


def prepared_files(case: Case, by: User) -> QuerySet[Attachment]:
    """Return the files that would go with an answer by ``by``: those prepared, and those of the proposal before."""
    return Attachment.objects.filter(
        Q(prepared_for=case, prepared_by=by) | Q(answer__case=case, answer__state=AnswerState.PROPOSED)
    )


def prepare(files: Sequence[Attachment], *, case: Case, by: User) -> None:
    """Store files for the answer that ``by`` writes to ``case``, duplicates once; raises ``NotStored``."""
    with transaction.atomic():
        known = set(prepared_files(case, by).values_list("sha256", flat=True))
        new = []
        for file in files:
            if file.sha256 not in known and len(known) < uploads.MOST_FILES:
                known.add(file.sha256)
                file.prepared_for, file.prepared_by = case, by
                new.append(file)
        uploads.save_all(new)


def give(answer: Answer, files: Collection[UUID]) -> int:
    """Give ``answer`` files that were prepared for its case or belong to an earlier proposal; return how many."""
    if not files:
        return 0
    ready = Q(prepared_for=answer.case_id) | Q(answer__case=answer.case_id, answer__event__isnull=True)
    return Attachment.objects.filter(ready, pk__in=files).update(
        case=answer.case_id, prepared_for=None, prepared_by=None, answer=answer
    )


def take_back(answer: Answer, *, by: User) -> None:
    """Take the files back from an answer that was undone: they go with the next one that ``by`` writes to its case."""
    Attachment.objects.filter(answer=answer).update(case=None, prepared_for=answer.case_id, prepared_by=by, answer=None)


def drop_old(*, at: datetime) -> int:
    """Delete files that waited too long for their answer, in one batch; return how many. Safe to repeat."""
    old = list(Attachment.objects.filter(prepared_for__isnull=False, added_at__lt=at - PREPARED_LIFE)[:MOST_DROPPED])
    for file in old:
        uploads.remove(file)
    return len(old)
