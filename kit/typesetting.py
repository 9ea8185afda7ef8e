"""PDF by typst: right to left in Arabic, numbers never turned round, tagged for readers who hear it.

Typst sets it in the process, from a template of ours and data in JSON: no text of a person is ever read as markup, and
no file and no package is reached besides the fonts.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypedDict

from kit.slots import NoSlot, Slots
from kit.typed_text import runs

if TYPE_CHECKING:
    import typst

#: PDFs set at once by one process, requests that may wait, and how long.
AT_ONCE: Final = 1
WAITING: Final = 4
SECONDS: Final = 10.0
_slots = Slots(at_once=AT_ONCE, waiting=WAITING)
# Zero-width joiners shape Arabic. What else is invisible goes: marks that turn a text may show a number backwards.
_JOINERS = "\u200c\u200d"


class PdfPart(TypedDict):
    """A part of a text."""

    text: str
    is_number: bool


class DirectedText(TypedDict):
    """A text with its own direction, and its parts: those that are numbers are not turned round by the others."""

    text: str
    direction: str
    parts: Sequence[PdfPart]


class TypesettingBusy(Exception):
    """Too many PDFs are being set; the page answers 503 (`config/errors.py`)."""


def typeset(template: Path, data: Mapping[str, object], *, at: datetime) -> bytes:
    """Return the PDF that ``template`` makes of ``data``, which it finds as JSON in ``sys.inputs.file``.

    It follows PDF/UA-1 where the face has all signs of the texts; else ``sys.inputs.lacking`` lets the template say so.
    One at a time in a process, since a large one takes seconds and the memory of all its pages; raises
    ``TypesettingBusy`` where too many wait.
    """
    data_ = json.dumps(data, ensure_ascii=False)
    try:
        with _slots.taken(seconds=SECONDS):
            return _typeset_by_rules(template, data_, at=at)
    except NoSlot:
        raise TypesettingBusy from None


def _typeset_by_rules(template: Path, data_: str, *, at: datetime) -> bytes:
    import typst  # noqa: PLC0415 - seven megabytes, which only a process that makes a PDF needs

    try:
        return _typeset(template, {"file": data_}, at=at, standard="ua-1")
    except typst.TypstError:
        # A sign the face lacks, such as an emoji, breaks the rules of PDF/UA: tagged all the same, but not by name.
        return _typeset(template, {"file": data_, "lacking": ""}, at=at, standard="1.7")


def _typeset(template: Path, inputs: dict[str, str], *, at: datetime, standard: Literal["ua-1", "1.7"]) -> bytes:
    import typst  # noqa: PLC0415 - as above

    return typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=_fonts(),
        sys_inputs=inputs,
        pdf_standards=[standard],
        # Typst takes whole seconds only.
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )


@cache
def _fonts() -> typst.Fonts:
    """Return the face of the pages, whose whole is set here because a PDF needs it as TrueType."""
    import typst  # noqa: PLC0415 - as above

    faces = resources.files("fontpkg_ibm_plex_sans_arabic") / "files"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(faces)])


def directed(text: str) -> DirectedText:
    """Return ``text`` without marks that turn it, and the direction of its first letter."""
    plain = plain_text(text)
    strong = (unicodedata.bidirectional(letter) for letter in plain)
    first = next((kind for kind in strong if kind in {"L", "R", "AL"}), None)
    if first is None:
        # Numbers alone read left to right in both languages.
        return DirectedText(text=plain, direction="ltr", parts=parts(plain))
    return DirectedText(text=plain, direction="ltr" if first == "L" else "rtl", parts=parts(plain))


def parts(plain: str) -> list[PdfPart]:
    """Return the parts of a text that has been made plain."""
    return [PdfPart(text=run.text, is_number=bool(run.number)) for run in runs(plain)]


def plain_text(text: str) -> str:
    """Return ``text`` without signs that nobody sees, apart from those that shape Arabic."""
    return "".join(letter for letter in text if letter in _JOINERS or not unicodedata.category(letter).startswith("C"))
