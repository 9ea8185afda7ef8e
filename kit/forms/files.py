"""Files to send along."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, ngettext

# Lazy on purpose: the class takes its argument in the stubs only.
type Upload = UploadedFile[Any]
MEGABYTE = 1024 * 1024


class FilesInput(forms.FileInput):
    """A file box that takes several files."""

    allow_multiple_selected = True

    def value_from_datadict(
        self,
        data: Mapping[str, Any],  # noqa: ARG002 - Django's signature
        files: MultiValueDict[str, Upload],
        name: str,
    ) -> list[Upload]:
        """Return all files chosen."""
        return files.getlist(name) if hasattr(files, "getlist") else [file for file in [files.get(name)] if file]


class MultipleFileField(forms.FileField):
    """Any number of files up to ``most``; cleans to a list. What is in them is for the domain to judge."""

    widget = FilesInput

    def __init__(self, *, most: int, accept: str = "", max_bytes: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.max_bytes = most, max_bytes
        self.widget.attrs["multiple"] = True
        if accept:
            self.widget.attrs["accept"] = accept

    def clean(self, value: Any, initial: Any = None) -> list[Upload]:  # noqa: ARG002 - Django's signature
        """Return the files in the order they were chosen."""
        files: list[Upload] = list(value or [])
        if not files and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(files) > self.most:
            sentence = ngettext(
                "Choose %(limit)s file at most; you chose %(typed)s",
                "Choose %(limit)s files at most; you chose %(typed)s",
                self.most,
            )
            raise ValidationError(sentence % {"limit": self.most, "typed": len(files)}, code="too_many")
        self._check_sizes(files)
        return files

    def _check_sizes(self, files: Sequence[Upload]) -> None:
        errors = [sentence for file in files if (sentence := self._size_error(file))]
        if errors:
            raise ValidationError(errors)

    def _size_error(self, file: Upload) -> str:
        if not file.size:
            return gettext("%(file)s was not uploaded: the file is empty") % {"file": _isolated(file.name)}
        if self.max_bytes and file.size > self.max_bytes:
            words = {"file": _isolated(file.name), "limit": self.max_bytes // MEGABYTE}
            return gettext("%(file)s was not uploaded: it is larger than %(limit)s MB") % words
        return ""


def _isolated(name: str | None) -> str:
    """Return a file name between isolating marks: Latin names would otherwise turn an Arabic sentence round."""
    return f"\u2068{name}\u2069"
