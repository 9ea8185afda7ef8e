"""Reads when and where a photo was taken, as its camera wrote it (EXIF); broken or impossible values are left out."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import datetime
from math import isfinite
from typing import Any, Final

from PIL import ExifTags

from complaints.attachments.rewritten import CameraFacts

#: What Pillow raises on metadata it does not understand: the file is at fault, not the code.
BROKEN: Final = (
    *(OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, AttributeError, struct.error),
    *(ArithmeticError, RecursionError),
)
_MOMENT: Final = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_OFFSET: Final = re.compile(r"[+-]\d\d:\d\d")


def camera_facts(exif: Any) -> CameraFacts:
    """Return what the EXIF of a picture tells; each part is empty if it is missing or broken."""
    return CameraFacts(_read(_taken, exif) or "", _read(_place, exif))


def _read(read: Callable[[Any], Any], exif: Any) -> Any:
    try:
        return read(exif)
    except BROKEN:
        return None


def _taken(exif: Any) -> str:
    written = exif.get_ifd(ExifTags.IFD.Exif)
    found = _MOMENT.fullmatch(str(written.get(ExifTags.Base.DateTimeOriginal, "")).strip(" \0"))
    if found is None:
        return ""
    year, month, day, time = found.groups()
    offset = str(written.get(ExifTags.Base.OffsetTimeOriginal, "")).strip(" \0")
    text = f"{year}-{month}-{day}T{time}{offset if _OFFSET.fullmatch(offset) else ''}"
    return datetime.fromisoformat(text).isoformat()


def _place(exif: Any) -> tuple[float, float] | None:
    written = exif.get_ifd(ExifTags.IFD.GPSInfo)
    latitude = _degrees(written[ExifTags.GPS.GPSLatitude], written[ExifTags.GPS.GPSLatitudeRef], "NS", 90)
    longitude = _degrees(written[ExifTags.GPS.GPSLongitude], written[ExifTags.GPS.GPSLongitudeRef], "EW", 180)
    # A camera that has not found its place writes zeros.
    return (latitude, longitude) if latitude or longitude else None


def _degrees(parts: Any, side: str, sides: str, most: int) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if side not in tuple(sides) or not isfinite(value) or not 0 <= value <= most:
        raise ValueError
    return round(-value if side == sides[1] else value, 6)
