"""Small files of every sort, made on the spot."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

MEGABYTE = 1024 * 1024


def picture(form: str = "JPEG", *, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "teal").save(written, format=form, **options)
    return written.getvalue()


def with_scans(progressive: bytes, count: int) -> bytes:
    """Return a progressive JPEG with ``count`` scans, the last of them repeated: each costs a hundred bytes."""
    last = progressive[progressive.rindex(b"\xff\xda") : -2]
    return progressive[:-2] + last * (count - progressive.count(b"\xff\xda")) + progressive[-2:]


def box(name: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4) + name + content


def film(brand: bytes = b"isom") -> bytes:
    return box(b"ftyp", brand + b"\0\0\2\0isomiso2") + box(b"mdat", b"\0" * 64) + box(b"moov", box(b"mvhd"))


PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
)
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + b"\0" * 512


def upload(name: str, content: bytes | None = None, content_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content, content_type=content_type)
