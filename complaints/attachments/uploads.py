"""Uploads: files are recognised by their content and written anew without metadata, names made harmless."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import puremagic
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from complaints.attachments import films, picture_process
from complaints.attachments.film_tables import HasPlaces, NoFilm
from complaints.attachments.reencoding import Refused, Verdict
from complaints.models import Attachment, Case, Consultation, Draft
from complaints.models.files import storage_name
from kit import clamd
from kit.file_storage import has_no_room
from kit.slots import NoSlot
from kit.storage_errors import StorageUnavailable
from kit.upload_handlers import UnstoredUpload

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_VIDEO_BYTES = 50 * MEGABYTE
MOST_FILES = 10
NAME_LENGTH = 150
#: The types a file field offers to choose from; the content decides whether a file is accepted.
ACCEPT = "image/jpeg,image/png,image/webp,application/pdf,video/mp4,video/3gpp"

_HEAD = 4096
_PDF_TAIL = 4096
_FILM_BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"})
_PHONE_FILM_BRANDS = (b"3gp", b"3gr", b"3gs", b"3ge", b"3g2")


class RefusalCause(StrEnum):
    """Why a file is refused."""

    EMPTY = "empty"
    TYPE = "type"
    SIZE = "size"
    VIDEO_SIZE = "video_size"
    DAMAGED = "damaged"
    PIXELS = "pixels"
    COSTLY = "costly"
    BUSY = "busy"
    LOCKED = "locked"
    COSTLY_PDF = "costly_pdf"
    PLACES = "places"
    STORAGE = "storage"
    VIRUS = "virus"
    UNSCANNED = "unscanned"


_CAUSES = {
    Verdict.DAMAGED: RefusalCause.DAMAGED,
    Verdict.PIXELS: RefusalCause.PIXELS,
    Verdict.COSTLY: RefusalCause.COSTLY,
    Verdict.LOCKED: RefusalCause.LOCKED,
}


class FileRefused(ValueError):
    """A file is refused for ``reason``."""

    def __init__(self, reason: RefusalCause) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class FileKind:
    """One accepted kind of file; the first ending is the one given to a file that has another.

    ``form`` is what the process that writes it anew calls it; films are cleaned where they are.
    """

    content_type: str
    endings: tuple[str, ...]
    form: str = ""

    @property
    def is_video(self) -> bool:
        """Tell whether it is a video, for which the larger size limit holds."""
        return self.content_type.startswith("video/")


JPEG = FileKind("image/jpeg", (".jpg", ".jpeg"), form="JPEG")
PNG = FileKind("image/png", (".png",), form="PNG")
WEBP = FileKind("image/webp", (".webp",), form="WEBP")
PDF = FileKind("application/pdf", (".pdf",), form="PDF")
MP4 = FileKind("video/mp4", (".mp4", ".m4v"))
PHONE_FILM = FileKind("video/3gpp", (".3gp", ".3g2"))


def receive(upload: UploadedFile[Any], *, at: datetime, until: float | None = None) -> Attachment:
    """Return an unsaved attachment for ``upload``, or raise ``FileRefused``.

    Pictures are decoded, turned upright, made smaller where they are very large, and re-encoded without EXIF, and PDF
    files are written anew without properties, scripts and embedded files, in a process of their own; ``until`` is how
    long to wait for it (``picture_process.patience``). Films lose the data of place and device in the upload itself.
    """
    kind = recognise(upload)
    until = picture_process.patience() if until is None else until
    _require_clean(upload)
    content: File[bytes] = ContentFile(_anew(upload, kind.form, until)) if kind.form else upload
    if kind.is_video:
        _clean_film(upload)
    name = clean_name(upload.name or "", kind)
    attachment = Attachment(
        name=name, content_type=kind.content_type, size=content.size, sha256=_digest(content), added_at=at
    )
    content.seek(0)
    attachment.file = File(content, name=name)  # stored under a random name
    return attachment


def _require_clean(upload: UploadedFile[Any]) -> None:
    """Raise ``FileRefused`` for a file with a virus, and while the configured scanner cannot say."""
    if not settings.CLAMD_URL:
        return
    upload.seek(0)
    try:
        virus = clamd.scan(settings.CLAMD_URL, upload.chunks())
    except clamd.ScannerUnavailable as error:
        logger.critical("A file could not be scanned and was refused.", extra={"error": str(error)})
        raise FileRefused(RefusalCause.UNSCANNED) from None
    if virus:
        logger.warning("A file with a virus was refused.", extra={"virus": virus})
        raise FileRefused(RefusalCause.VIRUS)


def recognise(upload: UploadedFile[Any]) -> FileKind:
    """Return the kind of a file by its content, not its name, and check its size; raises ``FileRefused``."""
    if isinstance(upload, UnstoredUpload):
        raise FileRefused(RefusalCause.STORAGE)
    size = upload.size or 0
    if not size:
        raise FileRefused(RefusalCause.EMPTY)
    upload.seek(0)
    head = upload.read(_HEAD)
    kind = _kind(head)
    if kind is None or not _is_confirmed(head, kind):
        raise FileRefused(RefusalCause.TYPE)
    if size > (MOST_VIDEO_BYTES if kind.is_video else MOST_BYTES):
        raise FileRefused(RefusalCause.VIDEO_SIZE if kind.is_video else RefusalCause.SIZE)
    if kind is PDF and not _has_an_end(upload, size):
        raise FileRefused(RefusalCause.DAMAGED)
    return kind


def _kind(head: bytes) -> FileKind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"%PDF-"):
        return PDF
    return _film_kind(head)


def _film_kind(head: bytes) -> FileKind | None:
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand.startswith(_PHONE_FILM_BRANDS):
        return PHONE_FILM
    return MP4 if brand in _FILM_BRANDS else None


def _is_confirmed(head: bytes, kind: FileKind) -> bool:
    """Ask puremagic for a second opinion; films it knows by brands that differ from release to release."""
    if kind.is_video:
        return True
    try:
        opinions = puremagic.magic_string(head)
    except puremagic.PureError:
        return False
    return any(opinion.extension in kind.endings or opinion.mime_type == kind.content_type for opinion in opinions)


def _has_an_end(upload: UploadedFile[Any], size: int) -> bool:
    upload.seek(max(0, size - _PDF_TAIL))
    return b"%%EOF" in upload.read()


# ---- written anew ----


def _clean_film(upload: UploadedFile[Any]) -> None:
    try:
        films.clean(upload, upload.size or 0)
    except NoFilm:
        raise FileRefused(RefusalCause.DAMAGED) from None
    except HasPlaces:
        raise FileRefused(RefusalCause.PLACES) from None


def _anew(upload: UploadedFile[Any], form: str, until: float) -> bytes:
    upload.seek(0)
    try:
        return picture_process.reencode_apart(upload.read(), form, until=until)
    except Refused as refused:
        is_costly_pdf = form == PDF.form and refused.verdict == Verdict.COSTLY
        raise FileRefused(RefusalCause.COSTLY_PDF if is_costly_pdf else _CAUSES[refused.verdict]) from None
    except NoSlot:
        raise FileRefused(RefusalCause.BUSY) from None


def _digest(content: File[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    return digest.hexdigest()


# ---- names ----


def clean_name(name: str, kind: FileKind) -> str:
    """Return a safe file name: no path, no invisible or bidi characters, an ending of its kind, at most 150 long."""
    tidy = tidy_name(name)
    stem, ending = tidy, kind.endings[0]
    for known in kind.endings:
        if tidy.lower().endswith(known):
            stem, ending = tidy[: -len(known)], known
    return f"{stem[: NAME_LENGTH - len(ending)].rstrip(' .') or 'file'}{ending}"


def tidy_name(name: str) -> str:
    """Return a file name that is safe to show: its last path component, visible characters, single spaces."""
    last = PurePosixPath(name.replace("\\", "/")).name
    visible = "".join(letter if not unicodedata.category(letter).startswith("C") else " " for letter in last)
    return " ".join(visible.split())[:NAME_LENGTH]


# ---- storing ----


class NotStored(Exception):
    """There is no room for the files: none of them was stored."""


def store(attachments: Collection[Attachment], *, case: Case, consultation: Consultation | None = None) -> None:
    """Store attachments with a case, all or none; raises ``NotStored``."""
    for attachment in attachments:
        attachment.case, attachment.consultation = case, consultation
    _save(attachments)


def keep(attachments: Sequence[Attachment], *, draft: Draft) -> None:
    """Store attachments with a draft, except byte-for-byte duplicates and those beyond ten; raises ``NotStored``.

    Locks the draft, so that two uploads at once are counted together. Stores nothing if the draft was filed or
    discarded meanwhile.
    """
    if not attachments:
        return
    with transaction.atomic():
        if not Draft.objects.select_for_update().filter(pk=draft.pk).exists():
            return
        known = set(draft.attachments.values_list("sha256", flat=True))
        new = []
        for attachment in attachments:
            if attachment.sha256 not in known and len(known) < MOST_FILES:
                known.add(attachment.sha256)
                attachment.draft = draft
                new.append(attachment)
        _save(new)


def _save(attachments: Collection[Attachment]) -> None:
    """Save rows and files; where that fails, leave none of the files behind."""
    try:
        with transaction.atomic():
            for attachment in attachments:
                attachment.save(force_insert=True)
    except Exception as error:
        _delete_files(attachments)
        if has_no_room(error) or isinstance(error, StorageUnavailable):
            logger.critical("Files cannot be stored.", extra={"error": type(error).__name__})
            raise NotStored from error
        raise


def _delete_files(attachments: Collection[Attachment]) -> None:
    for attachment in attachments:
        # Only what has its final name was stored.
        if attachment.file.name == storage_name(attachment, ""):
            # What cannot be deleted either is a file without a row, which `check_files` finds.
            with suppress(StorageUnavailable):
                attachment.file.storage.delete(attachment.file.name)


# ---- removing ----


def remove(attachment: Attachment) -> None:
    """Delete an attachment, and its file once the transaction is committed."""
    with transaction.atomic():
        attachment.delete()
        _delete_after_commit([attachment])


def discard(draft: Draft) -> None:
    """Delete a draft with its files."""
    with transaction.atomic():
        attachments = list(draft.attachments.all())
        draft.attachments.all().delete()
        Draft.objects.filter(pk=draft.pk).delete()
        _delete_after_commit(attachments)


def _delete_after_commit(attachments: list[Attachment]) -> None:
    for attachment in attachments:
        stored = attachment.file
        transaction.on_commit(partial(stored.storage.delete, str(stored.name)), robust=True)
