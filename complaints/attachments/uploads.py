"""Uploads: files are recognised by their content and written anew without metadata, names made harmless."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from complaints.attachments import films, picture_process
from complaints.attachments.films import HasPlaces, NoFilm
from complaints.attachments.recognition import MOST_VIDEO_BYTES, FileKind, FileRefused, RefusalCause, recognise
from complaints.attachments.rewritten import PDF_FORM, CameraFacts, DecodingResult, Refused, Rewritten
from complaints.models import Answer, Attachment, Case, Consultation, Draft, Thumbnail, Upload, UploadPiece
from complaints.models.files import FROM_CITIZEN, TO_CITIZEN, VOICE_TYPE, storage_name
from kit import clamd
from kit.compiled_reads import CompiledRead
from kit.file_storage import has_no_room
from kit.slots import NoSlot
from kit.storage_errors import StorageUnavailable, reason
from kit.streams import stream

logger = logging.getLogger(__name__)

MOST_FILES = 10
NAME_LENGTH = 150
#: A camera whose clock is further off tells nothing.
OLDEST_PHOTO, FAST_CLOCK = timedelta(days=20 * 365), timedelta(hours=1)

_CAUSES = {
    DecodingResult.DAMAGED: RefusalCause.DAMAGED,
    DecodingResult.PIXELS: RefusalCause.PIXELS,
    DecodingResult.COSTLY: RefusalCause.COSTLY,
    DecodingResult.LOCKED: RefusalCause.LOCKED,
    DecodingResult.LONG: RefusalCause.LONG,
    DecodingResult.FILM: RefusalCause.FILM,
}


def receive(
    upload: UploadedFile[Any], *, at: datetime, until: float | None = None, keeps_facts: bool = False
) -> Attachment:
    """Return an unsaved attachment for ``upload``, or raise ``FileRefused``.

    Pictures are decoded, turned upright, made smaller where they are very large, and re-encoded without EXIF; PDF
    files are written anew without properties, scripts and embedded files; voice notes become MP3: all in a process of
    their own. ``until`` is how long to wait for it (``picture_process.patience``). Films lose the data of place and
    device in the upload itself. ``keeps_facts`` keeps when and where a photo was taken as fields: of answers alone.
    """
    kind = recognise(upload)
    until = picture_process.patience() if until is None else until
    _require_clean(upload)
    anew = _anew(upload, kind.form, until) if kind.form else None
    content: File[bytes] = ContentFile(anew.content) if anew else upload
    if kind.is_video:
        _clean_film(upload)
    name = clean_name(upload.name or "", kind)
    attachment = Attachment(
        name=name, content_type=kind.content_type, size=content.size, sha256=_digest(content), added_at=at
    )
    content.seek(0)
    attachment.file = File(content, name=name)  # stored under a random name
    if anew is not None:
        _note(attachment, anew, at=at, keeps_facts=keeps_facts)
    return attachment


def _note(attachment: Attachment, anew: Rewritten, *, at: datetime, keeps_facts: bool) -> None:
    """Set what the process made and read beside the file itself."""
    attachment.seconds, attachment.new_thumbnail = anew.seconds, anew.small
    if keeps_facts:
        attachment.taken_at = _moment(anew.facts, at=at)
        attachment.latitude, attachment.longitude = anew.facts.place or (None, None)


def _moment(facts: CameraFacts, *, at: datetime) -> datetime | None:
    """Return when a photo was taken, by the clock of Amman if the camera names no offset; None if it cannot be true."""
    if not facts.taken:
        return None
    taken = datetime.fromisoformat(facts.taken)
    if timezone.is_naive(taken):
        taken = timezone.make_aware(taken)
    return taken if at - OLDEST_PHOTO < taken < at + FAST_CLOCK else None


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


# ---- written anew ----


def _clean_film(upload: UploadedFile[Any]) -> None:
    try:
        films.clean(upload, upload.size or 0)
    except NoFilm:
        raise FileRefused(RefusalCause.DAMAGED) from None
    except HasPlaces:
        raise FileRefused(RefusalCause.PLACES) from None


def _anew(upload: UploadedFile[Any], form: str, until: float) -> Rewritten:
    upload.seek(0)
    try:
        return picture_process.reencode_apart(upload.read(), form, until=until)
    except Refused as refused:
        is_costly_pdf = form == PDF_FORM and refused.verdict == DecodingResult.COSTLY
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
    if kind.is_voice and not tidy.lower().endswith(kind.endings):
        tidy = tidy.rpartition(".")[0] or tidy
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


def store(
    attachments: Collection[Attachment],
    *,
    case: Case,
    consultation: Consultation | None = None,
    event: int | None = None,
) -> None:
    """Store attachments with a case, all or none; raises ``NotStored``. ``event`` is the key of what they came with."""
    for attachment in attachments:
        attachment.case, attachment.consultation, attachment.event_id = case, consultation, event
    save_all(attachments)


def of_draft(draft: Draft) -> list[Attachment]:
    """Return the files of a draft, none without a statement for one that is not stored yet."""
    return _OF_DRAFT.rows(draft=draft.pk) if draft.is_begun else []


_OF_DRAFT: Final = CompiledRead(lambda _shape, *, draft: Attachment.objects.filter(draft=draft), is_prepared=True)


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
        save_all(new)


def keep_for_staff(attachments: Collection[Attachment], *, by: User) -> None:
    """Store files that ``by`` gives to what another app records of no case, all or none; raises ``NotStored``."""
    for attachment in attachments:
        attachment.prepared_by = by
    save_all(attachments)


def save_all(attachments: Collection[Attachment]) -> None:
    """Save rows and files, all or none; where that fails, leave none of the files behind. Raises ``NotStored``."""
    try:
        with transaction.atomic():
            for attachment in attachments:
                attachment.save(force_insert=True)
                if attachment.new_thumbnail:
                    Thumbnail.objects.create(attachment=attachment, content=attachment.new_thumbnail)
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
            with suppress(OSError):
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


# ---- Files that arrive in pieces: begun, taken up again after a broken connection, checked, thrown away when
# left.
#
# A piece is a row, so that any web process can take the next one, and nothing has to be tidied up on a disk.


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


# ---- Reading a stored file, which must be what was uploaded. ----


def open_stored(attachment: Attachment) -> File[Any]:
    """Return the file of ``attachment``, open at its beginning, after comparing all its bytes with its SHA-256.

    Raises FileNotFoundError, and ``StorageUnavailable`` if it cannot be read now or is not what was uploaded.
    """
    try:
        stored: File[Any] = attachment.file.storage.open(str(attachment.file.name), "rb")
        is_whole = hmac.compare_digest(_stored_digest(stored), attachment.sha256)
    except (FileNotFoundError, StorageUnavailable):
        raise
    except OSError as error:
        logger.critical("A stored file cannot be read.", extra={"attachment": str(attachment.pk)})
        msg = f"The file of attachment {attachment.pk} cannot be read: {reason(error)}."
        raise StorageUnavailable(msg) from None
    if not is_whole:
        stored.close()
        logger.critical("A stored file is not what was uploaded.", extra={"attachment": str(attachment.pk)})
        msg = f"The file of attachment {attachment.pk} is not what was uploaded."
        raise StorageUnavailable(msg)
    stored.seek(0)
    return stored


def _stored_digest(stored: File[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in stored.chunks():
        digest.update(chunk)
    return digest.hexdigest()


# ---- Which files of a case each kind of reader sees; the caller has checked that the reader may open the case. ----


def citizen_files(case: Case, *, at: datetime) -> QuerySet[Attachment]:
    """Return the files the citizen sees at ``at``.

    The own ones, those of questions, those of a directorate that are shown, and those of answers sent, of the lead's
    too.
    """
    answers = _sent(case, at=at).values(source=Coalesce("lead_answer", "pk"))
    return Attachment.objects.filter(Q(FROM_CITIZEN | TO_CITIZEN, case=case) | Q(answer__in=answers))


def files_by_event(case: Case, *, at: datetime) -> Mapping[int | None, Sequence[Attachment]]:
    """Return the files the citizen sees by the key of the event they came with, None for the filing; one statement."""
    answers = _sent(case, at=at).filter(Q(pk=OuterRef("answer")) | Q(lead_answer=OuterRef("answer")))
    of_answer = Subquery(answers.values("event_id")[:1])
    came_with = Coalesce("event_id", "shown__event_id", of_answer, output_field=BigIntegerField())
    found: defaultdict[int | None, list[Attachment]] = defaultdict(list)
    for file in citizen_files(case, at=at).annotate(came_with=came_with):
        found[file.came_with].append(file)
    return found


def directorate_files(asked: Consultation) -> QuerySet[Attachment]:
    """Return the files a directorate may read: those of the request, and the citizen's but for voices.

    A voice would tell it who the citizen is.
    """
    written = FROM_CITIZEN & ~Q(content_type=VOICE_TYPE)
    return Attachment.objects.filter(Q(written, case=asked.case_id) | Q(consultation=asked, event=asked.event_id))


def _sent(case: Case, *, at: datetime) -> QuerySet[Answer]:
    return case.answers.sent(at=at).order_by()
