"""The forms of an import: the file, and the confirmation of what the dry run has shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.reference_data import BadReference
from agencies.reference_files import MOST_BYTES, decoded_text
from kit.forms import Form

SALT = "reference import"
#: A checked file can be confirmed for so many seconds.
FRESH_SECONDS = 3600


class ImportForm(Form):
    """The file to check; ``text`` once it is valid."""

    file = forms.FileField(
        label=_("CSV file"),
        allow_empty_file=True,
        help_text=_("In UTF-8, with the columns of the export. Nothing is changed before you confirm it."),
    )

    def __init__(self, *args: Any, file_name: str) -> None:
        super().__init__(*args)
        self.file_name, self.text = file_name, ""

    def clean_file(self) -> Any:
        """Read no more of the file than may be in it."""
        found = self.cleaned_data["file"]
        try:
            self.text = decoded_text(found.read(MOST_BYTES + 1), file=self.file_name)
        except BadReference as wrong:
            raise ValidationError(list(wrong.problems)) from None
        return found


class ConfirmImportForm(Form):
    """The checked file as the page carries it, signed, and the digest of what it would change."""

    content = forms.CharField(widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_content(self) -> str:
        """Return the text; refuse one that was not checked here a while ago."""
        try:
            text: str = signing.loads(self.cleaned_data["content"], salt=SALT, max_age=FRESH_SECONDS)
        except signing.BadSignature:
            raise ValidationError(_("Choose the file again: it was checked too long ago.")) from None
        return text


def signed(text: str) -> str:
    """Return a checked text as a page may carry it."""
    return signing.dumps(text, salt=SALT, compress=True)
