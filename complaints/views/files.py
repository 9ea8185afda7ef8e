"""Attachments, handed out through the door of their case and never opened inside the site."""

from __future__ import annotations

import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.csp import CSP
from django.views.decorators.http import require_safe

from accounts.guards import citizen_required
from complaints.file import pictures
from complaints.models import Attachment
from complaints.views.own import own_case


@citizen_required
@require_safe
def case_file(request: HttpRequest, ref: str, pk: uuid.UUID) -> HttpResponseBase:
    """Hand a file of a citizen's own case out."""
    case = own_case(request, ref, at=timezone.now())
    # What a directorate sent with its finding is for the desk.
    attachment = get_object_or_404(case.attachments, pk=pk, consultation__isnull=True)
    return file_response(attachment, name=attachment.name)


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
