"""A copy of one's own data: asked for with the password, made anew at each download, for seven days."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import IO, Any, Final

from django.db.models import F
from django.utils.translation import gettext

from accounts.models import Citizen, DataCopy
from accounts.rate_limits import DAY, RateLimit, spend
from complaints.attachments.recognition import MEGABYTE
from complaints.attachments.stored import open_stored
from complaints.models import Attachment
from complaints.portal.privacy import own_data
from complaints.staff import pdf
from kit.storage_errors import StorageUnavailable

OFFERED_FOR: Final = timedelta(days=7)
COPIES_PER_PERSON: Final = RateLimit("data_copy", 3, DAY)
DOWNLOADS_PER_PERSON: Final = RateLimit("data_copy_download", 20, DAY)
#: Files larger than this together are only listed: they are on the pages of their cases.
MOST_BYTES: Final = 100 * MEGABYTE


def ask_for_copy(citizen: Citizen, *, at: datetime) -> DataCopy:
    """Record that the person asked for a copy, and offer it for seven days; raises ``RateLimitReached``."""
    spend(COPIES_PER_PERSON, str(citizen.pk), at=at)
    return DataCopy.objects.create(citizen=citizen, made_at=at, expires_at=at + OFFERED_FOR)


def offered_copy(citizen: Citizen, *, at: datetime) -> DataCopy | None:
    """Return the newest copy that may be downloaded."""
    return citizen.data_copies.filter(expires_at__gt=at).order_by("-made_at", "-pk").first()


def count_download(copy: DataCopy, *, at: datetime) -> None:
    """Record a download; raises ``RateLimitReached``."""
    spend(DOWNLOADS_PER_PERSON, str(copy.citizen_id), at=at)
    DataCopy.objects.filter(pk=copy.pk).update(downloads=F("downloads") + 1)


def json_lines(citizen: Citizen, *, at: datetime) -> Iterator[str]:
    """Yield the copy as one JSON document, a case or a message at a time."""
    yield f'{{"made_at": {_json(at.isoformat())},\n"account": {_json(own_data.account_data(citizen))}'
    parts: tuple[tuple[str, Callable[[Citizen], Iterator[Any]]], ...] = (
        ("cases", own_data.cases_data),
        ("messages", own_data.messages_data),
        ("who_looked", own_data.views_data),
    )
    for name, rows in parts:
        yield f',\n"{name}": ['
        yield from _separated(_json(row) for row in rows(citizen))
        yield "]"
    yield "}\n"


def pdf_copy(citizen: Citizen, *, at: datetime) -> bytes:
    """Return the copy as a PDF in the language of the page."""
    title = gettext("A copy of my data")
    return pdf.render_sections(title, own_data.pdf_facts(citizen), own_data.pdf_sections(citizen), at=at)


def has_room_for_files(files: Iterable[Attachment]) -> bool:
    """Tell whether the files are small enough to be handed out together."""
    return sum(each.size for each in files) <= MOST_BYTES


def files_archive(files: Iterable[Attachment]) -> IO[bytes]:
    """Return a temporary file with all files in one archive, by case; a file that cannot be read is left out."""
    archive = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED, allowZip64=False) as box:
        for number, each in enumerate(files, start=1):
            try:
                with open_stored(each) as stored, box.open(f"{each.case}/{number:03}-{each.name}", "w") as target:
                    for chunk in stored.chunks():
                        target.write(chunk)
            except (FileNotFoundError, StorageUnavailable):
                continue
    archive.seek(0)
    return archive


def _separated(rows: Iterable[str]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}\n{row}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
