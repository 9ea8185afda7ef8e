"""The form field for attachments: accepted files, and a sentence with the reason for each refused one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from complaints.attachments import uploads
from complaints.attachments.uploads import FileRefused, RefusalCause
from complaints.models import Attachment
from kit.forms import MultipleFileField


class AttachmentsField(MultipleFileField):
    """Up to ten files; ``take`` checks size and content of each, so that a bad file does not refuse the others."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Photos or files"))
        kwargs.setdefault(
            "help_text", _("Up to 10 files of up to 10 MB each: photos, PDF, or short videos of up to 50 MB.")
        )
        super().__init__(most=uploads.MOST_FILES, accept=uploads.ACCEPT, required=False, **kwargs)

    def _check_sizes(self, files: Sequence[UploadedFile[Any]]) -> None:
        """Check nothing here: ``take`` checks the size of each file."""


def take(files: Sequence[UploadedFile[Any]], *, room: int, at: datetime) -> tuple[list[Attachment], list[str]]:
    """Return unsaved attachments for the accepted files, and a sentence for each refused one.

    Raises ValidationError, and accepts none, when there are more than ``room``.
    """
    if len(files) > room:
        raise ValidationError(_too_many(room), code="too_many")
    taken, refused = [], []
    for place, file in enumerate(files):
        try:
            # A microsecond apart, so that they stay in the order they were chosen in.
            taken.append(uploads.receive(file, at=at + timedelta(microseconds=place)))
        except FileRefused as refusal:
            refused.append(_sentence(refusal.reason, uploads.tidy_name(file.name or "")))
    return taken, refused


def _too_many(room: int) -> str:
    if not room:
        return gettext("You have already added 10 files. Remove one to add another.")
    sentence = ngettext("You can add %(limit)s more file", "You can add %(limit)s more files", room)
    return sentence % {"limit": f"{room:,}"}


def _sentence(reason: RefusalCause, name: str) -> str:
    # Isolating marks: a Latin name would otherwise change the direction of an Arabic sentence.
    words = {"file": f"\u2068{name}\u2069"}
    match reason:
        case RefusalCause.EMPTY:
            return gettext("%(file)s was not uploaded: the file is empty") % words
        case RefusalCause.SIZE | RefusalCause.VIDEO_SIZE:
            most = uploads.MOST_VIDEO_BYTES if reason == RefusalCause.VIDEO_SIZE else uploads.MOST_BYTES
            limit = {"limit": f"{most // uploads.MEGABYTE:,}"}
            return gettext("%(file)s was not uploaded: it is larger than %(limit)s MB") % (words | limit)
        case RefusalCause.DAMAGED:
            return gettext("%(file)s was not uploaded: the file is damaged") % words
        case RefusalCause.PIXELS:
            return gettext("%(file)s was not uploaded: the picture has too many pixels") % words
    return gettext("%(file)s was not uploaded: only photos, PDF files and short videos are accepted") % words
