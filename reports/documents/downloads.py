"""The files that a document is sent as: PDF, workbook, CSV and JSON."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.http import FileResponse, Http404
from django.utils.translation import gettext_lazy as _

from kit.safe_cells import XLSX_TYPE
from reports.documents import files, pdf
from reports.documents.tree import Document
from reports.documents.workbook import workbook


@dataclass(frozen=True)
class FileForm:
    """One form of file: the ending of its name, its media type, and what makes it."""

    ending: str
    media_type: str
    make: Callable[[Document], BinaryIO]


FORMS: Final[Mapping[str, FileForm]] = {
    "pdf": FileForm("pdf", "application/pdf", lambda document: io.BytesIO(pdf.render(document))),
    "xlsx": FileForm("xlsx", XLSX_TYPE, workbook),
    "csv": FileForm("zip", "application/zip", files.as_csv_archive),
    "json": FileForm("json", "application/json", lambda document: io.BytesIO(files.as_json(document))),
}


LANGUAGE_NAMES: Final = {"ar": _("Arabic"), "en": _("English")}


def download(document: Document, form: str, *, kind: str = "report") -> FileResponse:
    """Return ``document`` as a file to be saved, whose name begins with ``kind``.

    Raises:
        Http404: there is no such form.
    """
    chosen = FORMS.get(form)
    if chosen is None:
        raise Http404
    return FileResponse(
        chosen.make(document),
        as_attachment=True,
        filename=files.file_name(document, chosen.ending, kind=kind),
        content_type=chosen.media_type,
    )
