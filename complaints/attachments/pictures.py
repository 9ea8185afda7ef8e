"""Thumbnails of the photos of a case, made from the stored files, for pages that show many at once."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from complaints.attachments.stored import open_stored
from complaints.models import Attachment
from kit.storage_errors import StorageUnavailable

#: Width of a thumbnail on the page in CSS pixels; the image has twice as many, for high-resolution screens.
WIDTH: Final = 208
HEIGHT: Final = 156
FINENESS: Final = 2
QUALITY: Final = 75
#: The formats that uploads re-encode, with the decoder for each; no other file is ever decoded by the site.
FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


class NoPicture(Exception):
    """The file is not a picture, or cannot be decoded."""


def is_picture(attachment: Attachment) -> bool:
    """Tell whether pages may show the file, and not only offer it as a download."""
    return attachment.content_type in FORMATS


def small(attachment: Attachment) -> bytes:
    """Return the centre of a picture as a JPEG of fixed size; raises ``NoPicture``."""
    if not is_picture(attachment):
        raise NoPicture
    size = (WIDTH * FINENESS, HEIGHT * FINENESS)
    try:
        with open_stored(attachment) as stored, Image.open(stored, formats=[FORMATS[attachment.content_type]]) as it:
            it.draft("RGB", size)
            fitted = ImageOps.fit(it.convert("RGB"), size)
    except StorageUnavailable:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoPicture from None
    fitted.info = {}
    written = BytesIO()
    fitted.save(written, format="JPEG", quality=QUALITY)
    return written.getvalue()
