"""The files of an answer while it is written: taken with every press, listed, removed, and sent along."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from complaints.attachments import prepared, uploads
from complaints.attachments.fields import NOT_STORED, refusal_text, take as take_files, uploader_key
from complaints.attachments.recognition import RefusalCause
from complaints.models import Attachment, AttachmentMark
from complaints.staff.action_pages import ActionRequest
from kit.forms import Form, MultipleFileField

ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"
#: The name of the button that removes a file; its value is the key of the file.
REMOVE = "remove_file"
_Field = partial(MultipleFileField, most=uploads.MOST_FILES, accept=ACCEPT, required=False)


class AnswerFilesForm(Form):
    """Photos and PDF files of an answer, by what they show; ``taken`` are those that can be stored.

    When and where the photos were taken is kept with them, because it is a proof of the agency's work.
    """

    before = _Field(label=_("Photos before the work"))
    after = _Field(label=_("Photos after the work"))
    other = _Field(
        label=_("Other photos or PDF files"),
        help_text=_("The citizen sees these files with the answer, and on which day a photo was taken."),
    )

    def __init__(self, *args: Any, request: ActionRequest, room: int) -> None:
        super().__init__(*args)
        self.request, self.room = request, room
        self.taken: list[Attachment] = []

    def clean_before(self) -> None:
        """Take the photos of before."""
        self._take("before", AttachmentMark.BEFORE)

    def clean_after(self) -> None:
        """Take the photos of after."""
        self._take("after", AttachmentMark.AFTER)

    def clean_other(self) -> None:
        """Take the other files."""
        self._take("other", AttachmentMark.OTHER)

    def _take(self, name: str, mark: AttachmentMark) -> None:
        files: list[UploadedFile[Any]] = self.cleaned_data[name]
        uploader, room = uploader_key(self.request.user), self.room - len(self.taken)
        taken, refused = take_files(files, room=room, uploader=uploader, at=self.request.at, keeps_facts=True)
        for file in taken:
            if file.is_picture or file.content_type == "application/pdf":
                file.mark = mark
                self.taken.append(file)
            else:
                refused.append(refusal_text(RefusalCause.TYPE, file.name))
        if refused:
            raise ValidationError(refused, code="refused")


@dataclass(frozen=True)
class AnswerFiles:
    """The form for more files, and the files that go with the answer; not ``is_settled`` while something is wrong."""

    form: AnswerFilesForm
    kept: Sequence[Attachment]
    is_settled: bool

    @property
    def keys(self) -> list[uuid.UUID]:
        """Return the keys of the files that go with the answer."""
        return [file.pk for file in self.kept]


def take(request: ActionRequest) -> AnswerFiles:
    """Keep the files that were sent and remove the one that is to go; return where the files stand then."""
    waiting = prepared.prepared_files(request.case, request.user)
    if request.data is None or not request.permissions.may_write_answer:
        return AnswerFiles(AnswerFilesForm(None, request=request, room=0), list(waiting), is_settled=True)
    is_removing = REMOVE in request.data
    if is_removing:
        _remove(request, str(request.data[REMOVE]))
    room = uploads.MOST_FILES - waiting.count()
    form = AnswerFilesForm(request.data, request.http.FILES, request=request, room=room)
    is_valid = form.is_valid()
    try:
        prepared.prepare(form.taken, case=request.case, by=request.user)
    except uploads.NotStored:
        form.add_error("other", NOT_STORED)
        is_valid = False
    return AnswerFiles(form, list(waiting.all()), is_settled=is_valid and not is_removing)


def _remove(request: ActionRequest, key: str) -> None:
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return
    for file in prepared.prepared_files(request.case, request.user).filter(pk=wanted):
        uploads.remove(file)
