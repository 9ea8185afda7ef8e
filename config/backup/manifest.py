"""What a backup says about itself: the manifest, and the checksums of all its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from config.backup import BackupRefused

MANIFEST: Final = "manifest.json"
CHECKSUMS: Final = "SHA256SUMS"
DATABASE: Final = "database"
ATTACHMENTS: Final = "attachments"
#: Raised when a backup of the new form could not be read by the code before.
FORM: Final = 1


@dataclass(frozen=True)
class Manifest:
    """The description of one backup.

    ``rows`` has the number of rows of each table, ``keys`` a probe for each key (``config.backup.keys``), ``files`` the
    number of attachments, or None when they were left out. ``faults`` names the files of the running system that were
    missing, or were not what their rows say.
    """

    form: int
    made_at: str
    version: str
    server: int
    migrations: list[str]
    rows: dict[str, int]
    keys: dict[str, str]
    files: int | None
    faults: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write it into the folder of a backup."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Return the manifest of the backup in ``folder``; raise ``BackupRefused`` when there is none that can be read."""
    file = folder / MANIFEST
    if not file.is_file():
        msg = f"{folder} is no backup: it has no {MANIFEST}."
        raise BackupRefused(msg)
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        form = int(content["form"])
        manifest = Manifest(**content) if form == FORM else None
    except (ValueError, KeyError, TypeError):
        msg = f"The backup is damaged: {MANIFEST} cannot be read. Take another one."
        raise BackupRefused(msg) from None
    if manifest is None:
        msg = "The backup was made by a newer version of this code, in a form that this version does not know."
        raise BackupRefused(msg)
    return manifest


def digest(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def check_files(folder: Path) -> None:
    """Read every file of a backup; raise ``BackupRefused`` and name the first that differs, is missing, or is new."""
    listed = dict(_listed(folder))
    for path in _present(folder):
        wanted = listed.pop(path, None)
        if wanted is None or wanted != digest(folder / path):
            what = "is not in its list of checksums" if wanted is None else "is not what was written"
            raise BackupRefused(_damaged(path, what))
    if listed:
        raise BackupRefused(_damaged(min(listed), "is missing"))


def _damaged(path: str, what: str) -> str:
    return f"The backup is damaged: {path} {what}. Nothing was changed. Take another backup."


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    try:
        with (folder / CHECKSUMS).open(encoding="utf-8") as lines:
            for line in lines:
                checksum, path = line.rstrip("\n").split("  ", 1)
                yield path, checksum
    except (OSError, ValueError):
        raise BackupRefused(_damaged(CHECKSUMS, "cannot be read")) from None


def _present(folder: Path) -> Iterator[str]:
    files = (file for file in folder.rglob("*") if not file.is_dir())
    yield from (path for file in files if (path := file.relative_to(folder).as_posix()) != CHECKSUMS)
