"""Attachments, handed out through the door of their case and never opened inside the site."""

from __future__ import annotations

import uuid

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.csp import CSP
from django.views.decorators.http import require_safe

from accounts.guards import citizen_required
from complaints.models import Attachment
from complaints.views.own import own_case


@citizen_required
@require_safe
def case_file(request: HttpRequest, ref: str, pk: uuid.UUID) -> HttpResponseBase:
    """Hand a file of a citizen's own case out."""
    case = own_case(request, ref, at=timezone.now())
    attachment = get_object_or_404(case.attachments, pk=pk)
    return file_response(attachment, name=attachment.name)


def file_response(attachment: Attachment, *, name: str) -> FileResponse:
    """Return the file as a download called ``name``, in a sandbox should a browser open it anyway."""
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=name,
        content_type=attachment.content_type,
    )
    response.headers[CSP.HEADER_ENFORCE] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
