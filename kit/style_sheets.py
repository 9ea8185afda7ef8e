"""Style sheets that are written in parts and served whole: a browser asks once for what a folder holds.

A sheet of parts consists of lines such as ``@import "components/buttons.css";``. A browser would follow them only after
it has read the sheet, which costs a slow network another round trip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_PART: Final = re.compile(r'^@import "([\w/-]+\.css)";\n', re.MULTILINE)


def whole_sheet(path: Path) -> str:
    """Return the text of a sheet with its parts in their places; raises ``OSError`` if one is missing."""
    sheet = path.read_text(encoding="utf-8")
    return _joined(sheet, {part: (path.parent / part).read_text(encoding="utf-8") for part in _PART.findall(sheet)})


def _joined(sheet: str, parts: Mapping[str, str]) -> str:
    return _PART.sub(lambda found: parts[found[1]], sheet)


class WholeSheetsStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise is not typed
    """Joins the parts of each sheet before it gets its hashed name and is compressed; no part is served alone."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:  # noqa: FBT001, FBT002 - Django's signature
        """Process what was collected; raises ``KeyError`` with the name of a part that is missing."""
        if not dry_run:
            self._join(paths)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _join(self, paths: dict[str, Any]) -> None:
        texts = {name: _text(*paths[name]) for name in paths if name.endswith(".css")}
        parts = set[str]()
        for name, text in texts.items():
            beside = PurePosixPath(name).parent
            named = {part: str(beside / part) for part in _PART.findall(text)}
            if named:
                whole = _joined(text, {part: texts[path] for part, path in named.items()})
                self.delete(name)
                self.save(name, ContentFile(whole))
                paths[name] = (self, name)
                parts |= set(named.values())
        for part in parts:
            del paths[part]
            self.delete(part)


def _text(storage: Any, path: str) -> str:
    with storage.open(path) as file:
        text: str = file.read().decode()
    return text
