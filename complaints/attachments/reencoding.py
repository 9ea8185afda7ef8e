"""Writes one picture or PDF anew, and makes the thumbnail of a picture.

It runs in the process of `complaints/attachments/reencoding.py`, with its limits, and imports no table.
"""

from __future__ import annotations

import os
import re
import resource
import struct
import sys
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from io import BytesIO
from math import isfinite
from typing import Any, Final, NamedTuple

from PIL import ExifTags, Image

from complaints.attachments.rewritten import PDF_FORM, VOICE_FORM, CameraFacts, DecodingResult, Refused, Rewritten

# ---- Reads when and where a photo was taken, as its camera wrote it (EXIF); broken or impossible values are
# left out.


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
#: The longer side of a thumbnail.
SMALL_SIDE: Final = 320
SMALL_QUALITY: Final = 75

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


class Picture(NamedTuple):
    """A picture written anew, its thumbnail as JPEG, and what the camera wrote about it."""

    content: bytes
    small: bytes
    facts: CameraFacts


def reencode(content: bytes, form: str) -> Picture:
    """Return the picture upright, no longer than ``LONGEST_SIDE`` and without metadata; raises ``Refused``.

    Only the decoder of the format ``form`` ever reads it, and only after its cost was counted.
    """
    try:
        with Image.open(BytesIO(content), formats=[form]) as picture:
            _require_bounded(picture, content, form)
            return _anew(picture, form)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(DecodingResult.PIXELS) from None
    except MemoryError:
        raise Refused(DecodingResult.COSTLY) from None
    except (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, struct.error, zlib.error):
        # Decoders raise all kinds of exceptions on bytes they do not understand: the file is at fault, not the code.
        raise Refused(DecodingResult.DAMAGED) from None


def _require_bounded(picture: Image.Image, content: bytes, form: str) -> None:
    pixels = picture.width * picture.height
    if pixels > MOST_PIXELS[form]:
        raise Refused(DecodingResult.PIXELS)
    if form == "JPEG" and pixels * scans(content) > MOST_PIXELS_IN_SCANS:
        raise Refused(DecodingResult.COSTLY)


def _anew(picture: Image.Image, form: str) -> Picture:
    facts = camera_facts(picture.getexif())
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
    return Picture(written.getvalue(), _small(plain), facts)


def _small(plain: Image.Image) -> bytes:
    """Return the thumbnail of a picture, which is used up; what is transparent becomes white."""
    plain.thumbnail((SMALL_SIDE, SMALL_SIDE))
    if plain.mode == "RGBA":
        white = Image.new("RGB", plain.size, "white")
        white.paste(plain, mask=plain.getchannel("A"))
        plain = white
    written = BytesIO()
    plain.save(written, format="JPEG", quality=SMALL_QUALITY)
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


# ---- PDF ----

#: Keys of a PDF that tell who made it where, that run something, or that hold other files.
_TELLING_KEYS: Final = (
    *("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/UserProperties", "/Measure", "/GPTS"),
    *("/OpenAction", "/AA", "/JavaScript", "/JS", "/XFA", "/RichMediaContent", "/RichMediaSettings"),
    *("/EmbeddedFiles", "/AF", "/EF", "/Collection", "/Renditions"),
)
_SIGNATURE_KEYS: Final = ("/Name", "/Contents", "/Cert", "/Location", "/Reason", "/ContactInfo", "/Prop_Build")
_RUNNING_ACTIONS: Final = frozenset(
    ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/RichMediaExecute")
)
#: Where the content of a stream is another file.
_FILE_KEYS: Final = ("/F", "/FFilter", "/FDecodeParms")
#: What a link may lead to; a folder of another machine would be asked with the name of whoever presses it.
_LINK: Final = re.compile(rb"(https?|mailto|tel):", re.IGNORECASE)
#: APP1 to APP15 and comments, but for APP2 with colour profiles and APP14, which says how the colours are meant.
_TELLING_SEGMENTS: Final = frozenset((*range(0xE1, 0xF0), 0xFE)) - {0xE2, 0xEE}
#: A box of a JPEG 2000 picture (ISO/IEC 15444-1, annex I) has at least its size and its kind.
_BOX_HEAD: Final = 8
#: The boxes in which cameras and programs write.
_TELLING_BOXES: Final = frozenset((b"uuid", b"uinf", b"xml "))
_HOLDING_FILES: Final = frozenset(("/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"))


def clean_pdf(content: bytes) -> bytes:
    """Return the PDF without properties, XMP, scripts, embedded files and earlier versions; raises ``Refused``.

    What its pages show stays as it is; pictures in them lose the data of the camera.
    """
    # Here and not above: a picture needs no pikepdf.
    import pikepdf  # noqa: PLC0415

    try:
        with pikepdf.open(BytesIO(content)) as document:
            _clean_document(document)
            written = BytesIO()
            document.save(written, deterministic_id=True)
            return written.getvalue()
    except pikepdf.PasswordError:
        raise Refused(DecodingResult.LOCKED) from None
    except (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError):
        # As for pictures: the file is at fault, not the code.
        raise Refused(DecodingResult.DAMAGED) from None


def _clean_document(document: Any) -> None:
    import pikepdf  # noqa: PLC0415

    if "/Info" in document.trailer:
        del document.trailer.Info
    if "/Pages" not in document.Root:
        raise Refused(DecodingResult.DAMAGED)
    for found in document.objects:
        if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            _clean_dictionary(found, pikepdf)
        elif isinstance(found, pikepdf.Array):
            _clean_parts(found, pikepdf)


def _clean_dictionary(found: Any, pikepdf: Any) -> None:
    """Clean one dictionary and what is written directly into it; what it refers to is met by itself."""
    _drop(found, _TELLING_KEYS)
    if "/ByteRange" in found:
        _drop(found, _SIGNATURE_KEYS)
    _drop_what_leads_out(found, pikepdf)
    if "/Rect" in found:
        _clean_annotation(found)
    _clean_parts(found.values(), pikepdf)
    if isinstance(found, pikepdf.Stream):
        _clean_picture(found, pikepdf)


def _clean_picture(stream: Any, pikepdf: Any) -> None:
    """Clean the stream of a photo, behind whatever other filters it was written with."""
    filters, options = (_listed(stream.get(key), pikepdf) for key in ("/Filter", "/DecodeParms"))
    clean = _PICTURES.get(str(filters[-1])) if filters else None
    if clean is None:
        return
    options += [None] * (len(filters) - len(options))
    stream.Filter, stream.DecodeParms = pikepdf.Array(filters[:-1]), pikepdf.Array(options[:-1])
    stream.write(clean(stream.read_bytes()), filter=filters[-1], decode_parms=options[-1])


def _listed(value: Any, pikepdf: Any) -> list[Any]:
    """Return what a key holds once or as a list."""
    return [] if value is None else list(value) if isinstance(value, pikepdf.Array) else [value]


def _drop(found: Any, keys: Iterable[str]) -> None:
    for key in keys:
        if key in found:
            del found[key]


def _drop_what_leads_out(found: Any, pikepdf: Any) -> None:
    """Drop actions that run something, and what names files and addresses that a page would fetch by itself."""
    _drop(found, [key for key in ("/A", "/PA", "/Next") if key in found and _runs(found[key], pikepdf)])
    if _runs(found, pikepdf):
        # One of several actions: as nothing it is passed over.
        _drop(found, list(found.keys()))
    if isinstance(found, pikepdf.Stream):
        _drop(found, _FILE_KEYS)
    if isinstance(found.get("/Ref"), pikepdf.Dictionary) and "/F" in found.Ref:
        _drop(found, ["/Ref"])
    address = found.get("/URI")
    if not (isinstance(address, pikepdf.String) and _LINK.match(bytes(address))):
        _drop(found, ["/URI"])


def _clean_annotation(found: Any) -> None:
    kind = found.get("/Subtype")
    if kind in _HOLDING_FILES:
        _drop(found, set(found.keys()) - {"/Rect", "/Subtype", "/Type"})
    elif kind != "/Widget":
        _drop(found, ["/T"])  # who wrote a comment; of a field it is the name


def _clean_parts(parts: Any, pikepdf: Any) -> None:
    for part in parts:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            if isinstance(part, pikepdf.Dictionary):
                _clean_dictionary(part, pikepdf)
            elif isinstance(part, pikepdf.Array):
                _clean_parts(part, pikepdf)


def _runs(action: Any, pikepdf: Any) -> bool:
    kind = action.get("/S") if isinstance(action, pikepdf.Dictionary) else None
    return isinstance(kind, pikepdf.Name) and str(kind) in _RUNNING_ACTIONS


def without_camera(jpeg: bytes) -> bytes:
    """Return a JPEG without the segments in which cameras and programs write, and without what follows its end."""
    kept, place = [], 0
    while marker := _MARKER.search(jpeg, place):
        letter, behind = marker[1], marker.end()
        end = behind if letter in _BARE or letter == _END else behind + int.from_bytes(jpeg[behind : behind + 2])
        kept.append(jpeg[place : marker.start()])
        if letter[0] not in _TELLING_SEGMENTS:
            kept.append(b"\xff" + letter + jpeg[behind:end])
        place = end
        if letter == _END:
            # Telephones put a second, smaller picture there, with a camera's data of its own.
            return b"".join(kept)
    return b"".join([*kept, jpeg[place:]])


def without_notes(picture: bytes) -> bytes:
    """Return a JPEG 2000 picture without the boxes in which cameras and programs write."""
    kept, place = [], 0
    while len(head := picture[place : place + 16]) >= _BOX_HEAD:
        size, kind = int.from_bytes(head[:4]), head[4:8]
        # 1 says that the size follows, 0 that the box is the last.
        size = int.from_bytes(head[8:]) if size == 1 else size
        end = place + size if size >= _BOX_HEAD else len(picture)
        kept += [] if kind in _TELLING_BOXES else [picture[place:end]]
        place = end
    return b"".join([*kept, picture[place:]])


#: How the picture of a stream is cleaned, by its last filter.
_PICTURES: Final = {"/DCTDecode": without_camera, "/JPXDecode": without_notes}


def limit_this_process() -> None:
    """Let this process use no more than a picture may cost, and only what others leave of the processors."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)


# ---- The program that writes one file anew, in a process of its own with limits on what it may use. ----
#
# `complaints/attachments/picture_process.py` runs it with the form of the file as its argument, the file on standard
# input and the result on standard output: a line of JSON, the file and the thumbnail. It imports no table of the
# site, so that it starts quickly.


def rewrite(content: bytes, form: str) -> Rewritten:
    """Return the file written anew; raises ``Refused``."""
    if form == PDF_FORM:
        return Rewritten(clean_pdf(content))
    if form.startswith(VOICE_FORM):
        # Here and not above: a picture needs no PyAV.
        from complaints.attachments.rewritten import rewrite_voice  # noqa: PLC0415

        voice, seconds = rewrite_voice(content, form.removeprefix(VOICE_FORM))
        return Rewritten(voice, seconds=seconds)
    return Rewritten(*reencode(content, form))


def main() -> int:
    """Write standard input anew; the exit code is a ``DecodingResult``."""
    limit_this_process()
    try:
        written = rewrite(sys.stdin.buffer.read(), sys.argv[-1])
    except Refused as refused:
        return refused.verdict
    except MemoryError:
        return DecodingResult.COSTLY
    sys.stdout.buffer.write(written.to_bytes())
    return DecodingResult.DONE
