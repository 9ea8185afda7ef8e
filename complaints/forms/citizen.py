"""What a citizen can say on a case that is filed: reply, add, correct, and ask for its status without signing in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from complaints import reference, uploads
from complaints.citizen.kinds import words_for
from complaints.forms.files import AttachmentsField, take
from complaints.models.case import DETAILS_LENGTH, SUBJECT_LENGTH
from complaints.models.words import TEXT_LENGTH
from config.forms import DigitsField, Form, LineField, ParagraphField

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

    from complaints.models import Attachment, Case

PHONE_END = 4


class _WithFiles(Form):
    """A text with files; they are stored together or not at all."""

    attachments = AttachmentsField()

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile[Any]] | None = None,
        *,
        room: int = uploads.MOST_FILES,
        at: datetime,
    ) -> None:
        super().__init__(data, files)
        self.room, self.at = room, at
        self.taken: list[Attachment] = []

    def clean_attachments(self) -> list[UploadedFile[Any]]:
        """Take the files, or name those that cannot be taken."""
        files: list[UploadedFile[Any]] = self.cleaned_data["attachments"]
        self.taken, refused = take(files, room=self.room, at=self.at)
        if refused:
            raise ValidationError(refused, code="refused")
        return files


class ReplyForm(_WithFiles):
    """The answer to the open question, with files."""

    text = ParagraphField(max=TEXT_LENGTH, rows=4, label=_("Your answer"))
    field_order = ("text", "attachments")


class AddForm(_WithFiles):
    """Something more about the case, with files."""

    text = ParagraphField(max=TEXT_LENGTH, rows=5, label=_("What do you want to add?"))
    field_order = ("text", "attachments")


class AmendForm(Form):
    """The citizen's own words, as long as no agency has accepted them."""

    subject = LineField(max=SUBJECT_LENGTH, label=_("Subject in one line"))
    details = ParagraphField(max=DETAILS_LENGTH, rows=7, label=_("Details"))
    area = LineField(max=120, required=False, label=_("Area or district"))
    place = LineField(max=200, required=False, label=_("Describe the place"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, case: Case) -> None:
        names = ("subject", "details", "area", "place")
        super().__init__(data, initial={name: getattr(case, name) for name in names})
        self.fields["details"].help_text = words_for(case.kind).hint


class TrackForm(Form):
    """The tracking number, and what only its owner knows about the mobile number."""

    ref = DigitsField(length=reference.LENGTH, label=_("Tracking number"), help_text=_("The 10 digits we sent you"))
    phone_end = DigitsField(
        length=PHONE_END,
        label=_("Last 4 digits of your mobile number"),
        help_text=_("The number you gave when you registered"),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        initial: dict[str, Any] | None = None,
        is_number_only: bool = False,
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["phone_end"].required = not is_number_only

    def clean_ref(self) -> str:
        """Refuse a number whose check digit does not fit: it was mistyped."""
        typed: str = self.cleaned_data["ref"]
        if not reference.is_valid(typed):
            raise ValidationError(_("This number is not right. Check it against our message."), code="check_digit")
        return typed
