"""HTTP responses with an attachment; the caller has checked that the reader may open its case."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils.csp import CSP

from complaints.attachments import pictures
from complaints.attachments.stored import open_stored
from complaints.models import Attachment


def file_response(attachment: Attachment, *, name: str, shown: bool = False) -> FileResponse:
    """Return the file as a download called ``name``, sandboxed in case a browser opens it anyway.

    ``shown`` lets the browser show it instead: for pictures only, which were re-encoded when they were uploaded.
    Raises Http404 if the file is not there (`check_files` finds those), and ``StorageUnavailable``, for which the site
    answers 503.
    """
    try:
        stored = open_stored(attachment)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        stored,
        as_attachment=not (shown and pictures.is_picture(attachment)),
        filename=name,
        content_type=attachment.content_type,
    )
    return sealed(response)


def small_response(attachment: Attachment) -> HttpResponse:
    """Return the thumbnail of a photo; 404 for a file that is no picture or cannot be decoded."""
    try:
        return sealed(HttpResponse(pictures.small(attachment), content_type="image/jpeg"))
    except pictures.NoPicture:
        raise Http404 from None


def sealed[R: HttpResponseBase](response: R) -> R:
    """Return ``response`` with headers that forbid the browser to guess its type and to run anything in it."""
    response.headers[CSP.HEADER_ENFORCE.value] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
