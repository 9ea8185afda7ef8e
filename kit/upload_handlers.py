"""Uploads while there is no room for temporary files: the form arrives, and says beside its field what is missing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from kit.file_storage import has_no_room


class UnstoredUpload(SimpleUploadedFile):
    """A file that was sent and for which there was no room; only its name is known."""

    def __init__(self, name: str) -> None:
        super().__init__(name, b"")


class RoomAwareUploadHandler(TemporaryFileUploadHandler):
    """Write large uploads to temporary files; where there is no room, read on without keeping what is read.

    Django's own handler raises, which loses all that was typed into the same form.
    """

    is_full = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        self.is_full = False
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            # ``file`` is still the one before this, which is needed.
            self._note_full(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece of it."""
        if self.is_full:
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._give_up(error)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Return the file, or an ``UnstoredUpload`` with its name."""
        if not self.is_full:
            try:
                return super().file_complete(file_size)
            except OSError as error:
                self._give_up(error)
        return UnstoredUpload(self.file_name or "file")

    def _give_up(self, error: OSError) -> None:
        self._note_full(error)
        with suppress(OSError):
            self.file.close()

    def _note_full(self, error: OSError) -> None:
        if not has_no_room(error):
            raise error
        self.is_full = True
