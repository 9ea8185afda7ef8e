"""The files of a periodic report: PDF, workbook, CSV and JSON, each in both languages."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user
from accounts.sign_in.factors.step_up import recent_factor_required
from reports.access import for_readers_of_all
from reports.documents import files, pdf
from reports.documents.tree import Document
from reports.documents.workbook import workbook
from reports.models import PeriodicReport
from reports.periodic import content


@dataclass(frozen=True)
class FileForm:
    """One form of file: the ending of its name, its media type, and what makes it."""

    ending: str
    media_type: str
    make: Callable[[Document], BinaryIO]


FORMS: Final[Mapping[str, FileForm]] = {
    "pdf": FileForm("pdf", "application/pdf", lambda document: io.BytesIO(pdf.render(document))),
    "xlsx": FileForm("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
    "csv": FileForm("zip", "application/zip", files.as_csv_archive),
    "json": FileForm("json", "application/json", lambda document: io.BytesIO(files.as_json(document))),
}


@for_readers_of_all
@require_safe
@recent_factor_required(back_to="periodic-reports")
def report_file(request: HttpRequest, report: int, language: str, form: str) -> HttpResponseBase:
    """Send one language of a report as a file; a draft says that it is one."""
    chosen = FORMS.get(form)
    readable = PeriodicReport.objects.visible_to(signed_in_user(request), at=timezone.now())
    found = get_object_or_404(readable.prefetch_related("comments"), pk=report)
    if chosen is None or language not in content.LANGUAGES or not found.content:
        raise Http404
    document = content.document(found, language)
    return FileResponse(
        chosen.make(document),
        as_attachment=True,
        filename=files.file_name(document, chosen.ending),
        content_type=chosen.media_type,
    )
