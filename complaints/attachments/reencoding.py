"""The program that decodes one picture and encodes it anew, in a process of its own with limits on what it may use.

`complaints/attachments/picture_process.py` runs this file with the name of the format as its argument, the picture on
standard input and the result on standard output. It imports nothing of the site, so that it starts quickly.
"""

from __future__ import annotations

import os
import re
import resource
import struct
import sys
import zlib
from enum import IntEnum
from io import BytesIO
from typing import Final

from PIL import ExifTags, Image

MEGABYTE: Final = 1024 * 1024
#: What the process may use. The dearest accepted pictures were measured at 445 MB and 1.8 s.
MOST_MEMORY: Final = 512 * MEGABYTE
CPU_SECONDS: Final = 8
#: Pages that somebody waits for come before pictures.
NICENESS: Final = 10

# A phone's camera makes 12 to 50 megapixels. A JPEG is decoded at a fraction of its size, the others are not.
MOST_PIXELS: Final = {"JPEG": 64_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
#: A progressive JPEG is walked over once for each scan; an empty scan takes a hundred bytes. Encoders make ten.
MOST_PIXELS_IN_SCANS: Final = 640_000_000
#: The longer side of a stored picture: a house number across a street stays readable.
LONGEST_SIDE: Final = 2560
QUALITY: Final = 85

#: How a picture is turned upright, by the orientation the camera noted.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# ITU-T T.81: a marker is FF and a letter; FF00 is a pixel's FF, and FFD0 to FFD7 have nothing behind them.
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_SCAN, _END, _BARE = b"\xda", b"\xd9", frozenset({b"\xd8", b"\x01"})


class Verdict(IntEnum):
    """How the process ends."""

    DONE = 0
    DAMAGED = 3
    PIXELS = 4
    COSTLY = 5


class Refused(Exception):
    """The picture is not decoded, or cannot be, for the reason ``verdict``."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.name)
        self.verdict = verdict


def reencode(content: bytes, form: str) -> bytes:
    """Return the picture upright, no longer than ``LONGEST_SIDE`` and without metadata; raises ``Refused``.

    Only the decoder of the format ``form`` ever reads it, and only after its cost was counted.
    """
    try:
        with Image.open(BytesIO(content), formats=[form]) as picture:
            _require_bounded(picture, content, form)
            return _anew(picture, form)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(Verdict.PIXELS) from None
    except MemoryError:
        raise Refused(Verdict.COSTLY) from None
    except (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, struct.error, zlib.error):
        # Decoders raise all kinds of exceptions on bytes they do not understand: the file is at fault, not the code.
        raise Refused(Verdict.DAMAGED) from None


def _require_bounded(picture: Image.Image, content: bytes, form: str) -> None:
    pixels = picture.width * picture.height
    if pixels > MOST_PIXELS[form]:
        raise Refused(Verdict.PIXELS)
    if form == "JPEG" and pixels * scans(content) > MOST_PIXELS_IN_SCANS:
        raise Refused(Verdict.COSTLY)


def _anew(picture: Image.Image, form: str) -> bytes:
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = _upright(picture)
    mode = "RGB" if form == "JPEG" or not upright.has_transparency_data else "RGBA"
    # A copy of the largest accepted picture costs 96 MB.
    plain = upright if upright.mode == mode else upright.convert(mode)
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Comments, EXIF, XMP and colour profiles all live in ``info``: where the picture was taken goes with them.
    plain.info = {}
    written = BytesIO()
    plain.save(written, format=form, **({} if form == "PNG" else {"quality": QUALITY}))
    return written.getvalue()


def scans(content: bytes) -> int:
    """Count the scans of a JPEG, from marker to marker up to the end of the picture."""
    count = place = 0
    while (marker := _MARKER.search(content, place)) and marker[1] != _END:
        count += marker[1] == _SCAN
        behind = marker.end()
        place = behind if marker[1] in _BARE else behind + int.from_bytes(content[behind : behind + 2])
    return count


def _upright(picture: Image.Image) -> Image.Image:
    """Return the picture turned as the camera was held; ``ImageOps.exif_transpose`` would write broken EXIF again."""
    turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return picture if turn is None else picture.transpose(turn)


def limit_this_process() -> None:
    """Let this process use no more than a picture may cost, and only what others leave of the processors."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)


def main() -> int:
    """Encode standard input anew; the exit code is a ``Verdict``."""
    limit_this_process()
    try:
        encoded = reencode(sys.stdin.buffer.read(), sys.argv[1])
    except Refused as refused:
        return refused.verdict
    except MemoryError:
        return Verdict.COSTLY
    sys.stdout.buffer.write(encoded)
    return Verdict.DONE


if __name__ == "__main__":
    sys.exit(main())
