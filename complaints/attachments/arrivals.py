"""Files that arrive in pieces: begun, taken up again after a broken connection, checked, thrown away when left.

A piece is a row, so that any web process can take the next one, and nothing has to be tidied up on a disk.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from complaints.attachments.recognition import MOST_VIDEO_BYTES, FileRefused, RefusalCause
from complaints.attachments.uploads import tidy_name
from complaints.models import Draft, Upload, UploadPiece
from kit.streams import stream

#: Bytes of every piece but the last.
PIECE: Final = 256 * 1024
#: How long an upload waits for its next piece.
UPLOAD_LIFE: Final = timedelta(hours=24)
MOST_DROPPED: Final = 500
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class WrongUpload(ValueError):
    """The name, the size or the digest of a file cannot be true."""


class TooManyUploads(Exception):
    """The draft has as many files and unfinished uploads as it may have."""


class NoUpload(Exception):
    """The upload is not there: it was finished, cancelled, or left alone for too long."""


class OutOfOrder(Exception):
    """The piece does not begin where the last one ended; ``received`` is where that is."""

    def __init__(self, received: int) -> None:
        super().__init__(str(received))
        self.received = received


class WrongPiece(ValueError):
    """The piece is not as long as it has to be."""


class WrongContent(ValueError):
    """The pieces together are not the file that was announced."""


def find_upload(draft: Draft, *, size: int, sha256: str) -> Upload | None:
    """Return the upload of this file to ``draft`` that was begun before."""
    return Upload.objects.filter(draft=draft.pk, size=size, sha256=sha256).first()


def require_possible(*, size: int, sha256: str) -> None:
    """Raise ``FileRefused`` for what is larger than any file of ours, and ``WrongUpload`` for what is no file."""
    if size > MOST_VIDEO_BYTES:
        raise FileRefused(RefusalCause.VIDEO_SIZE)
    if size <= 0 or not _SHA256.fullmatch(sha256):
        raise WrongUpload


def begin(draft: Draft, *, name: str, size: int, sha256: str, room: int, at: datetime) -> Upload:
    """Return the upload of a file to ``draft``, begun now or before: it goes on behind ``received``.

    Raises ``TooManyUploads`` if there is no ``room`` for one more beside those that are not finished.
    """
    with transaction.atomic():
        # Two tabs are counted together.
        Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if known := find_upload(draft, size=size, sha256=sha256):
            return known
        if Upload.objects.filter(draft=draft.pk).count() >= room:
            raise TooManyUploads
        return Upload.objects.create(draft=draft.pk, name=tidy_name(name), size=size, sha256=sha256, changed_at=at)


def take_piece(draft: Draft, key: UUID, *, start: int, content: bytes, at: datetime) -> Upload:
    """Store the piece that begins at the byte ``start``, and return the upload with it.

    A piece that came before, or before its turn, raises ``OutOfOrder`` and changes nothing; one of another length than
    ``PIECE``, or than what is left, raises ``WrongPiece``.
    """
    with transaction.atomic():
        upload = _upload(draft, key)
        if start != upload.received:
            raise OutOfOrder(upload.received)
        if len(content) != min(PIECE, upload.size - start):
            raise WrongPiece
        UploadPiece.objects.create(upload=upload, start=start, content=content)
        upload.received, upload.changed_at = start + len(content), at
        upload.save(update_fields=["received", "changed_at"])
    return upload


def received(draft: Draft, key: UUID) -> int:
    """Return how many bytes of an upload are there; raise ``NoUpload``."""
    found = Upload.objects.filter(pk=key, draft=draft.pk).values_list("received", flat=True).first()
    if found is None:
        raise NoUpload
    return found


def _upload(draft: Draft, key: UUID) -> Upload:
    upload = Upload.objects.select_for_update().filter(pk=key, draft=draft.pk).first()
    if upload is None:
        raise NoUpload
    return upload


@contextmanager
def assembled(draft: Draft, key: UUID) -> Iterator[UploadedFile[Any]]:
    """Give the complete file as a form would have brought it, open until the block ends.

    Raises ``OutOfOrder`` while pieces are missing, and ``WrongContent`` if it is another file than announced: the
    upload is deleted then. Raises OSError where there is no room.
    """
    upload = Upload.objects.filter(pk=key, draft=draft.pk).first()
    if upload is None:
        raise NoUpload
    if upload.received != upload.size:
        raise OutOfOrder(upload.received)
    with tempfile.TemporaryFile() as file:
        digest = hashlib.sha256()
        for content in stream(upload.pieces.values_list("content", flat=True), portion=8):
            digest.update(content)
            file.write(content)
        if digest.hexdigest() != upload.sha256:
            drop(draft, key)
            raise WrongContent
        file.seek(0)
        yield UploadedFile(file=file, name=upload.name, size=upload.size)


def drop(draft: Draft, key: UUID) -> None:
    """Delete an upload with its pieces; harmless if it is gone."""
    Upload.objects.filter(pk=key, draft=draft.pk).delete()


def drop_old(*, at: datetime) -> int:
    """Delete uploads left alone, and those whose draft is gone, in one batch; return how many. Safe to repeat."""
    has_draft = Exists(Draft.objects.filter(pk=OuterRef("draft")))
    old = Upload.objects.filter(Q(changed_at__lt=at - UPLOAD_LIFE) | ~has_draft).values_list("pk", flat=True)
    keys = list(old[:MOST_DROPPED])
    Upload.objects.filter(pk__in=keys).delete()
    return len(keys)
