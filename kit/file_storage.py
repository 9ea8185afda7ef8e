"""Files on disk that are there whole or not at all."""

from __future__ import annotations

import errno
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from kit.storage_errors import StorageUnavailable, reason

logger = logging.getLogger(__name__)

#: No space, no quota, a file larger than allowed, a file system that may only be read.
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
#: The ending of a file that is being written; what a crash leaves of it, `check_files` finds.
PARTIAL: Final = ".partial"


def has_no_room(error: BaseException | None) -> bool:
    """Tell whether ``error`` says that nothing more can be written."""
    return isinstance(error, OSError) and error.errno in NO_ROOM


class WholeFileStorage(FileSystemStorage):
    """Write under a temporary name, to the disk itself, and give a file its name only then.

    A full disk or a crash leaves no half file under the name of a whole one, and a part that was written is removed.
    Raises OSError where there is no room, and ``StorageUnavailable`` where the disk is broken, away or not ours.
    """

    def _save(self, name: str, content: File[Any]) -> str:
        path = Path(self.path(name))
        partial = path.with_name(path.name + PARTIAL)
        try:
            super()._save(name + PARTIAL, content)  # type: ignore[misc] # missing in the stubs
            _sync(partial)
            partial.rename(path)
            _sync(path.parent)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            if has_no_room(error):
                raise
            logger.critical("The disk of files cannot be written to.", extra={"reason": reason(error)})
            message = f"A file cannot be written: {reason(error)}."
            raise StorageUnavailable(message) from None
        return name


def _sync(path: Path) -> None:
    """Wait until the disk has the content of a file, or the names of a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
