"""A file of a citizen's own case."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import citizen_required
from complaints.attachments.readable import citizen_files
from complaints.attachments.responses import shown_response
from complaints.portal.access import own_case


@citizen_required
@require_safe
def case_file(request: HttpRequest, ref: str, pk: uuid.UUID) -> HttpResponseBase:
    """Hand a file of a citizen's own case out, or show it: ``?as=`` photo, small or voice."""
    at = timezone.now()
    attachment = get_object_or_404(citizen_files(own_case(request, ref, at=at), at=at), pk=pk)
    return shown_response(request, attachment, name=attachment.name)
