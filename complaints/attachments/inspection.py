"""Compares stored files with their rows: files without a row, rows without a file, and the room that is left."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.core.files.storage import FileSystemStorage, default_storage
from django.db.models import QuerySet

from complaints.models import Attachment

FOLDER: Final = "attachments"
#: A younger file may belong to a form that is not committed yet.
YOUNGEST_ORPHAN: Final = timedelta(days=1)
#: Below this many free bytes the operators are told: about as much as thirty full forms.
LEAST_ROOM: Final = 512 * 1024 * 1024


@dataclass
class FileDifferences:
    """The names of files without a row, and of files that rows name and that are not there."""

    orphans: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.orphans or self.missing)


def find_differences(*, at: datetime) -> FileDifferences:
    """Compare all files with all rows, folder by folder; files younger than a day are left alone.

    A folder holds the files whose keys begin with the same two digits, so that memory stays bounded.
    """
    found = FileDifferences()
    for digits in (f"{number:02x}" for number in range(256)):
        names = set(_names_in(f"{FOLDER}/{digits}"))
        rows = set(_rows(digits).values_list("file", flat=True))
        found.orphans += sorted(name for name in names - rows if _is_old(name, at))
        # Asked again: a file may have been stored after its folder was listed.
        found.missing += sorted(name for name in rows - names if not default_storage.exists(name))
    return found


def delete_orphans(names: list[str]) -> int:
    """Delete files that still have no row; return how many."""
    orphans = [name for name in names if not Attachment.objects.filter(file=name).exists()]
    for name in orphans:
        default_storage.delete(name)
    return len(orphans)


def has_room() -> bool:
    """Tell whether the disk has room for more files; storage that is no disk of ours always has."""
    if not isinstance(default_storage, FileSystemStorage):
        return True
    try:
        return shutil.disk_usage(default_storage.location).free >= LEAST_ROOM
    except FileNotFoundError:
        # No file was ever stored.
        return True


def _names_in(folder: str) -> Iterator[str]:
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{file}" for file in files)


def _rows(digits: str) -> QuerySet[Attachment]:
    first, last = uuid.UUID(digits + "0" * 30), uuid.UUID(digits + "f" * 30)
    return Attachment.objects.filter(pk__range=(first, last)).order_by()


def _is_old(name: str, at: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < at - YOUNGEST_ORPHAN
    except FileNotFoundError:
        return False
