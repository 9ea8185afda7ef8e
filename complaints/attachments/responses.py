"""Attachments, handed out through the door of their case and never opened inside the site."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils.csp import CSP

from complaints.attachments import pictures
from complaints.models import Attachment


def file_response(attachment: Attachment, *, name: str, shown: bool = False) -> FileResponse:
    """Return the file as a download called ``name``, in a sandbox should a browser open it anyway.

    ``shown`` lets the browser show it instead: a picture only, which was written anew when it came in.
    """
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=not (shown and pictures.is_picture(attachment)),
        filename=name,
        content_type=attachment.content_type,
    )
    return sealed(response)


def small_response(attachment: Attachment) -> HttpResponse:
    """Return the small picture of a photo; 404 for what is none or cannot be read."""
    try:
        return sealed(HttpResponse(pictures.small(attachment), content_type="image/jpeg"))
    except pictures.NoPicture:
        raise Http404 from None


def sealed[R: HttpResponseBase](response: R) -> R:
    """Return ``response`` such that a browser neither guesses what it is nor runs anything in it."""
    response.headers[CSP.HEADER_ENFORCE.value] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
