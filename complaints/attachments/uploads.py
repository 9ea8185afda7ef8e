"""Uploads: files are recognised by their content and written anew without metadata, names made harmless."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from complaints.attachments import films, picture_process
from complaints.attachments.film_tables import HasPlaces, NoFilm
from complaints.attachments.recognition import FileKind, FileRefused, RefusalCause, recognise
from complaints.attachments.rewritten import PDF_FORM, CameraFacts, DecodingResult, Refused, Rewritten
from complaints.models import Attachment, Case, Consultation, Draft, Thumbnail
from complaints.models.files import storage_name
from kit import clamd
from kit.compiled_reads import CompiledRead
from kit.file_storage import has_no_room
from kit.slots import NoSlot
from kit.storage_errors import StorageUnavailable

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
