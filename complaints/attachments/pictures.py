"""The photos of a case as small pictures, made anew from what is stored, for pages that show many at once."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from complaints.models import Attachment

#: What a page shows a photo in, in CSS pixels; the picture has twice as many, for fine screens.
WIDTH: Final = 208
HEIGHT: Final = 156
FINENESS: Final = 2
QUALITY: Final = 75
#: What uploads write anew, by the decoder each is opened with; nothing else is ever opened inside the site.
FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


class NoPicture(Exception):
    """The file is no picture, or cannot be read as one."""


def is_picture(attachment: Attachment) -> bool:
    """Tell whether the file is shown and not only handed out."""
    return attachment.content_type in FORMATS


def small(attachment: Attachment) -> bytes:
    """Return the middle of a picture as a JPEG of fixed size; raises ``NoPicture``."""
    if not is_picture(attachment):
        raise NoPicture
    size = (WIDTH * FINENESS, HEIGHT * FINENESS)
    try:
        with attachment.file.open("rb") as stored, Image.open(stored, formats=[FORMATS[attachment.content_type]]) as it:
            it.draft("RGB", size)
            fitted = ImageOps.fit(it.convert("RGB"), size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoPicture from None
    fitted.info = {}
    written = BytesIO()
    fitted.save(written, format="JPEG", quality=QUALITY)
    return written.getvalue()
