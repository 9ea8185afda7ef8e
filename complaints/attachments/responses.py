"""HTTP responses with an attachment; the caller has checked that the reader may open its case."""

from __future__ import annotations

import re
from typing import Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.csp import CSP

from complaints.attachments.stored import open_stored
from complaints.models import Attachment, Thumbnail


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
