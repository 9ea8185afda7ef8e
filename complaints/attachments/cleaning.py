"""Cleans files that were stored before files were cleaned at the upload: their rows get the cleaned file."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from io import BytesIO
from typing import Final

from django.core.files.base import ContentFile
from django.db import transaction

from complaints.attachments import films, picture_process, recognition
from complaints.attachments.films import HasPlaces, NoFilm
from complaints.attachments.recognition import FOLDER
from complaints.attachments.rewritten import Refused
from complaints.attachments.uploads import open_stored
from complaints.models import Attachment
from kit.slots import NoSlot
from kit.storage_errors import StorageUnavailable

_KINDS: Final = {kind.content_type: kind for kind in (recognition.PDF, recognition.MP4, recognition.PHONE_FILM)}


class CleaningOutcome(StrEnum):
    """What became of a stored file."""

    CLEANED = "cleaned"
    CLEAN = "clean already"
    NOT_CLEANED = "cannot be cleaned"
    MISSING = "missing"


def clean_all() -> Iterator[tuple[Attachment, CleaningOutcome]]:
    """Clean every stored PDF and film, and yield each with what became of it; may be stopped and run again."""
    for pk in list(Attachment.objects.filter(content_type__in=_KINDS).order_by("pk").values_list("pk", flat=True)):
        # One that was deleted meanwhile needs no cleaning.
        if attachment := Attachment.objects.filter(pk=pk).first():
            yield attachment, clean_stored(attachment)


def clean_stored(attachment: Attachment) -> CleaningOutcome:
    """Replace the file of ``attachment`` by what is left of it once cleaned; the old file goes after the commit."""
    try:
        with open_stored(attachment) as stored:
            content: bytes = stored.read()
        cleaned = _cleaned(content, attachment.content_type)
    except FileNotFoundError:
        return CleaningOutcome.MISSING
    except (Refused, NoSlot, StorageUnavailable, NoFilm, HasPlaces):
        return CleaningOutcome.NOT_CLEANED
    if cleaned == content:
        return CleaningOutcome.CLEAN
    _replace(attachment, cleaned)
    return CleaningOutcome.CLEANED


def _cleaned(content: bytes, content_type: str) -> bytes:
    kind = _KINDS[content_type]
    if kind.form:
        return picture_process.reencode_apart(content, kind.form, until=picture_process.patience()).content
    film = BytesIO(content)
    films.clean(film, len(content))
    return film.getvalue()


def _replace(attachment: Attachment, content: bytes) -> None:
    storage, old = attachment.file.storage, str(attachment.file.name)
    new = storage.save(f"{FOLDER}/{attachment.pk.hex[:2]}/{uuid.uuid4().hex}", ContentFile(content))
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        row = Attachment.objects.filter(pk=attachment.pk, file=old)
        # A file removed meanwhile leaves the new one without a row, which `check_files` finds.
        if row.update(file=new, sha256=digest, size=len(content)):
            transaction.on_commit(partial(storage.delete, old), robust=True)


def summary(outcomes: Counter[CleaningOutcome]) -> str:
    """Return how many files became what."""
    return ", ".join(f"{outcome}: {outcomes[outcome]}" for outcome in CleaningOutcome)
