"""The files of a periodic report: PDF, workbook, CSV and JSON, each in both languages."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user
from accounts.sign_in.factors import recent_factor_required
from reports.access import for_readers_of_all
from reports.documents.pdf import download
from reports.models import PeriodicReport
from reports.periodic import content


@for_readers_of_all
@require_safe
@recent_factor_required(back_to="periodic-report", of="report")
def report_file(request: HttpRequest, report: int, language: str, form: str) -> HttpResponseBase:
    """Send one language of a report as a file; a draft says that it is one."""
    readable = PeriodicReport.objects.visible_to(signed_in_user(request), at=timezone.now())
    found = get_object_or_404(readable.prefetch_related("comments"), pk=report)
    if language not in content.LANGUAGES or not found.content:
        raise Http404
    return download(content.document(found, language), form)
