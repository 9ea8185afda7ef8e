"""Recognises a file by its content, not by its name, and checks its size."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import puremagic
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from complaints.attachments import films
from complaints.attachments.rewritten import PDF_FORM, VOICE_FORM
from complaints.models import Attachment
from complaints.models.files import VOICE_TYPE
from kit.upload_handlers import UnstoredUpload

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_VIDEO_BYTES = 50 * MEGABYTE
#: The types a file field offers to choose from; the content decides whether a file is accepted.
ACCEPT = (
    "image/jpeg,image/png,image/webp,application/pdf,video/mp4,video/3gpp,"
    "audio/webm,audio/ogg,audio/mp4,audio/mpeg,audio/wav"
)

_HEAD = 4096
_PDF_TAIL = 4096
_FILM_BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"})
#: The heads of MPEG 1, 2 and 2.5 layer III, with and without a checksum (ISO/IEC 11172-3, 2.4.1.3).
_MP3_FRAMES = tuple(bytes((0xFF, second)) for second in (0xFA, 0xFB, 0xF2, 0xF3, 0xE2, 0xE3))
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
    LONG = "long"
    FILM = "film"


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

    @property
    def is_voice(self) -> bool:
        """Tell whether it is a sound, which is written anew as MP3."""
        return self.form.startswith(VOICE_FORM)


def _voice(container: str) -> FileKind:
    return FileKind(VOICE_TYPE, (".mp3",), form=f"{VOICE_FORM}{container}")


JPEG = FileKind("image/jpeg", (".jpg", ".jpeg"), form="JPEG")
PNG = FileKind("image/png", (".png",), form="PNG")
WEBP = FileKind("image/webp", (".webp",), form="WEBP")
PDF = FileKind("application/pdf", (".pdf",), form=PDF_FORM)
MP4 = FileKind("video/mp4", (".mp4", ".m4v"))
PHONE_FILM = FileKind("video/3gpp", (".3gp", ".3g2"))
#: By the container they arrive in.
WEBM_VOICE, OGG_VOICE, MP4_VOICE, MP3_VOICE, WAV_VOICE = (
    _voice(container) for container in ("matroska", "ogg", "mp4", "mp3", "wav")
)


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
    if kind is MP4 and films.has_no_pictures(upload, size):
        kind = MP4_VOICE
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
    return _film_kind(head) or _voice_kind(head)


def _voice_kind(head: bytes) -> FileKind | None:
    if head.startswith(b"\x1aE\xdf\xa3"):
        return WEBM_VOICE
    if head.startswith(b"OggS"):
        return OGG_VOICE
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return WAV_VOICE
    return MP3_VOICE if head.startswith((b"ID3", *_MP3_FRAMES)) else None


def _film_kind(head: bytes) -> FileKind | None:
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand == b"M4A ":
        return MP4_VOICE
    if brand.startswith(_PHONE_FILM_BRANDS):
        return PHONE_FILM
    return MP4 if brand in _FILM_BRANDS else None


def _is_confirmed(head: bytes, kind: FileKind) -> bool:
    """Ask puremagic for a second opinion; films it knows by brands that differ from release to release.

    Of a sound its decoder gives the second opinion.
    """
    if kind.is_video or kind.is_voice:
        return True
    try:
        opinions = puremagic.magic_string(head)
    except puremagic.PureError:
        return False
    return any(opinion.extension in kind.endings or opinion.mime_type == kind.content_type for opinion in opinions)


def _has_an_end(upload: UploadedFile[Any], size: int) -> bool:
    upload.seek(max(0, size - _PDF_TAIL))
    return b"%%EOF" in upload.read()


# ---- Compares stored files with their rows: files without a row, rows without a file, and the room that is
# left.


FOLDER: Final = "attachments"
#: A younger file may belong to a form that is not committed yet.
YOUNGEST_ORPHAN: Final = timedelta(days=1)
#: Below this many free bytes the operators are told: about as much as thirty full forms.
LEAST_ROOM: Final = 512 * 1024 * 1024


@dataclass
class FileDifferences:
    """The names of files without a row, and of files that rows name and that are not there."""

    orphans: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.orphans or self.missing)


def find_differences(*, at: datetime) -> FileDifferences:
    """Compare all files with all rows, folder by folder; files younger than a day are left alone.

    A folder holds the files whose keys begin with the same two digits, so that memory stays bounded.
    """
    found = FileDifferences()
    for digits in (f"{number:02x}" for number in range(256)):
        names = set(_names_in(f"{FOLDER}/{digits}"))
        rows = set(_rows(digits).values_list("file", flat=True))
        found.orphans += sorted(name for name in names - rows if _is_old(name, at))
        # Asked again: a file may have been stored after its folder was listed.
        found.missing += sorted(name for name in rows - names if not default_storage.exists(name))
    return found


def delete_orphans(names: list[str]) -> int:
    """Delete files that still have no row; return how many."""
    orphans = [name for name in names if not Attachment.objects.filter(file=name).exists()]
    for name in orphans:
        default_storage.delete(name)
    return len(orphans)


def has_room() -> bool:
    """Tell whether the disk has room for more files; storage that is no disk of ours always has."""
    if not isinstance(default_storage, FileSystemStorage):
        return True
    try:
        return shutil.disk_usage(default_storage.location).free >= LEAST_ROOM
    except FileNotFoundError:
        # No file was ever stored.
        return True


def _names_in(folder: str) -> Iterator[str]:
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{file}" for file in files)


def _rows(digits: str) -> QuerySet[Attachment]:
    first, last = uuid.UUID(digits + "0" * 30), uuid.UUID(digits + "f" * 30)
    return Attachment.objects.filter(pk__range=(first, last)).order_by()


def _is_old(name: str, at: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < at - YOUNGEST_ORPHAN
    except FileNotFoundError:
        return False
