"""Files lose what tells who made them, where and with what; what cannot be cleaned is refused."""

import base64
import hashlib
import zlib
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import translation
from PIL import Image
from pytest_django import Settings

from complaints.attachments import films
from complaints.attachments.fields import SENTENCES
from complaints.attachments.recognition import FileRefused, RefusalCause
from complaints.attachments.reencoding import clean_pdf, without_camera
from complaints.attachments.uploads import open_stored, receive
from complaints.models import Attachment, Draft
from tests.complaints.sample_files import box, film, picture, upload

pytestmark = pytest.mark.usefixtures("media")

AMINA, PLACE = "Amina Khatib", b"+31.9539+035.9106/"


def stored(name: str, content: bytes, now: datetime) -> bytes:
    return receive(upload(name, content), at=now).file.read()


def kept(attachment: Attachment) -> bytes:
    with open_stored(attachment) as file:
        return file.read()


def written(document: pikepdf.Pdf, **options: object) -> bytes:
    out = BytesIO()
    document.save(out, **options)
    return out.getvalue()


def photo() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = AMINA
    return picture(exif=exif.tobytes(), comment=AMINA.encode())


@pytest.fixture
def telling() -> pikepdf.Pdf:
    """A PDF that names its author wherever a PDF can, runs a script and carries a file and a photo."""
    document = pikepdf.new()
    page = document.add_blank_page()
    document.docinfo["/Author"] = AMINA
    with document.open_metadata() as xmp:
        xmp["dc:creator"] = [AMINA]
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{AMINA}')")
    document.Root.OpenAction = document.make_indirect(script)
    document.Root.AA = pikepdf.Dictionary(WC=script)
    document.attachments["cv.txt"] = AMINA.encode()
    image = document.make_stream(
        photo(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=64, Height=48,
        ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
    named = pikepdf.Dictionary(MC0=pikepdf.Dictionary(Metadata=document.make_stream(AMINA.encode())))
    form = document.make_stream(b"q Q", Subtype=pikepdf.Name.Form, Resources=pikepdf.Dictionary(Properties=named))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image, Fm0=form))
    page.obj.PieceInfo = pikepdf.Dictionary(App=AMINA)
    place = {"Type": pikepdf.Name.Annot, "Rect": [0, 0, 9, 9]}
    comment = pikepdf.Dictionary(Subtype=pikepdf.Name.Text, T=AMINA, Contents="x", **place)
    page.Annots = pikepdf.Array([comment, pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=script, **place)])
    return document


def whole(content: bytes) -> bytes:
    """Return all there is in a PDF, nothing compressed."""
    with pikepdf.open(BytesIO(content)) as document:
        options = {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.generalized}
        return written(document, object_stream_mode=pikepdf.ObjectStreamMode.disable, qdf=True, **options)


@pytest.mark.parametrize("version", ["1.3", "1.7"])
def test_a_pdf_keeps_its_pages_alone(telling: pikepdf.Pdf, version: str, now: datetime) -> None:
    content = written(telling, force_version=version, fix_metadata_version=False)
    assert AMINA.encode() in whole(content)
    shown = whole(stored("a.pdf", content, now))
    hints = (
        AMINA.encode(),
        b"JavaScript",
        b"cv.txt",
        b"Metadata",
        b"/Info",
        b"OpenAction",
        b"PieceInfo",
        b"EmbeddedFile",
    )
    assert [hint for hint in hints if hint in shown] == []
    with pikepdf.open(BytesIO(stored("a.pdf", content, now))) as document:
        image = document.pages[0].Resources.XObject.Im0
        assert (len(document.pages), Image.open(BytesIO(image.read_raw_bytes())).size) == (1, (64, 48))
        assert len(document.pages[0].Annots) == 2


def test_a_pdf_runs_fetches_and_names_nothing_outside_by_itself() -> None:
    outside = "evil.example"
    name, dictionary = pikepdf.Name, pikepdf.Dictionary
    launch, send = dictionary(S=name.Launch, F=outside), dictionary(S=name.SubmitForm, F=dictionary(F=outside))
    link = dictionary(S=name.URI, URI="https://court.example/")
    several = dictionary(S=name.URI, URI=link.URI, Next=pikepdf.Array([launch, send]))
    actions = {
        "one of several": several,
        "a chain": dictionary(S=name.URI, URI=link.URI, Next=several),
        "a folder elsewhere": dictionary(S=name.URI, URI=f"file://{outside}/x"),
        "a folder of Windows": dictionary(S=name.URI, URI=f"\\\\{outside}\\x"),
        "a script": dictionary(S=name.URI, URI=f"javascript:'{outside}'"),
    }
    faults = []
    for what, action in {**actions, "streams and bases": link}.items():
        document = pikepdf.new()
        page = document.add_blank_page()
        place = {"Type": name.Annot, "Rect": [0, 0, 9, 9]}
        page.Annots = pikepdf.Array([dictionary(Subtype=name.Link, A=action, **place)])
        if action is link:
            form = document.make_stream(b"q Q", Subtype=name.Form, Ref=dictionary(F=outside, Page=0))
            page.Resources = dictionary(XObject=dictionary(Fm0=form))
            page.Contents = document.make_stream(b"", F=dictionary(FS=name.URL, F=outside))
            document.Root.URI = dictionary(Base=f"https://{outside}/")
        content = whole(written(document))
        cleaned = whole(clean_pdf(content))
        is_linked = action.URI == link.URI
        if outside.encode() not in content or outside.encode() in cleaned or is_linked != (b"court.example" in cleaned):
            faults.append(what)
    assert faults == []


def test_what_was_deleted_from_a_pdf_by_a_later_version_is_not_in_the_file(now: datetime) -> None:
    document = pikepdf.new()
    document.add_blank_page()
    content = written(document) + f"\n9 0 obj\n({AMINA})\nendobj\n%%EOF\n".encode()
    assert AMINA.encode() not in stored("a.pdf", content, now)


def test_a_locked_pdf_and_a_broken_one_are_refused_with_what_to_do(telling: pikepdf.Pdf, now: datetime) -> None:
    locked = written(telling, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    for content, cause in (
        (locked, RefusalCause.LOCKED),
        (b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF", RefusalCause.DAMAGED),
    ):
        with pytest.raises(FileRefused) as refused:
            receive(upload("a.pdf", content), at=now)
        assert refused.value.reason == cause
    with translation.override("en"):
        assert "without a password" in str(SENTENCES[RefusalCause.LOCKED])


def test_a_jpeg_keeps_its_picture_and_loses_what_the_camera_wrote() -> None:
    content = photo()
    clean = without_camera(content)
    assert (AMINA.encode() in content, AMINA.encode() in clean) == (True, False)
    assert Image.open(BytesIO(clean)).tobytes() == Image.open(BytesIO(content)).tobytes()
    assert [without_camera(content[:length])[:2] for length in (2, 3, 5, 40)] == [content[:2]] * 4


def test_a_photo_in_a_pdf_loses_what_the_camera_wrote_however_it_is_packed() -> None:
    jpeg, plain, jpx = photo(), without_camera(photo()), BytesIO()
    Image.new("RGB", (64, 48), "teal").save(jpx, "JPEG2000")
    exif = jpeg.index(b"\xff\xe1")
    note = AMINA.encode().ljust(40)
    packed = {
        "in text": (["ASCII85Decode", "DCTDecode"], base64.a85encode(jpeg) + b"~>"),
        "compressed": (["FlateDecode", "DCTDecode"], zlib.compress(jpeg)),
        "with a second picture behind": (["DCTDecode"], plain + jpeg),
        "with filling between its parts": (["DCTDecode"], jpeg[:exif] + b"\xff\xff" + jpeg[exif:]),
        "in JPEG 2000": (["JPXDecode"], jpx.getvalue() + (8 + len(note)).to_bytes(4) + b"uuid" + note),
    }
    faults = {}
    for name, (filters, content) in packed.items():
        document = pikepdf.new()
        kind = {"Subtype": pikepdf.Name.Image, "Width": 64, "Height": 48, "BitsPerComponent": 8}
        image = document.make_stream(content, ColorSpace=pikepdf.Name.DeviceRGB, **kind)
        image.write(content, filter=pikepdf.Array([pikepdf.Name(f"/{each}") for each in filters]))
        document.add_blank_page().Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        with pikepdf.open(BytesIO(clean_pdf(written(document)))) as cleaned:
            stream = cleaned.pages[0].Resources.XObject.Im0
            left, size = stream.read_raw_bytes(), pikepdf.PdfImage(stream).as_pil_image().size
        if (
            size != (64, 48)
            or any(word in left for word in (AMINA.encode(), b"Exif"))
            or stream.Filter != f"/{filters[-1]}"
        ):
            faults[name] = left[:80], size
    assert faults == {}


# ---- films ----


def handler(kind: bytes, name: bytes = b"SM-A515F") -> bytes:
    return box(b"hdlr", b"\0" * 8 + kind + b"\0" * 12 + name + b"\0")


def table(name: bytes, *numbers: int) -> bytes:
    return box(name, b"".join(number.to_bytes(4) for number in (0, *numbers)))


def track(kind: bytes = b"vide", tables: bytes = b"") -> bytes:
    samples = box(b"stbl", tables or table(b"stco", 0))
    return box(
        b"trak", box(b"tkhd", b"\0" * 84) + box(b"mdia", handler(kind) + box(b"minf", samples)) + box(b"udta", PLACE)
    )


def shot(*more: bytes, brand: bytes = b"isom", others: bytes = b"") -> bytes:
    place = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7" + PLACE) + box(b"\xa9mod", b"SM-A515F"))
    apple = box(b"meta", b"\0" * 4 + box(b"keys", b"com.apple.quicktime.location.ISO6709") + box(b"ilst", PLACE))
    index = box(b"moov", box(b"mvhd", b"\0" * 100) + track() + others + place + apple)
    tail = box(b"uuid", b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8" + PLACE) + box(b"free", PLACE)
    return (
        box(b"ftyp", brand + b"\0\0\2\0isom")
        + box(b"mdat", b"pictures" * 8 + PLACE * 2)
        + index
        + tail
        + b"".join(more)
    )


@pytest.mark.parametrize("brand", [b"isom", b"mp42", b"3gp5"])
def test_a_film_loses_place_and_device_and_nothing_moves(brand: bytes, now: datetime) -> None:
    content = shot(brand=brand)
    clean = stored("a.mp4", content, now)
    assert [hint for hint in (b"SM-A515F", b"ISO6709", b"\xa9xyz", b"udta", b"uuid") if hint in clean] == []
    assert clean.count(PLACE) == 2  # in the sound and picture, which nobody reads
    assert (len(clean), clean.index(b"mdat"), clean.index(b"stco")) == (
        len(content), content.index(b"mdat"), content.index(b"stco")
    )  # fmt: skip
    assert clean[: content.index(b"moov")] == content[: content.index(b"moov")]
    assert stored("a.mp4", clean, now) == clean


FIRST_PLACE = 20 + 8 + 64  # behind ``ftyp``, the head of ``mdat`` and the pictures
PLACES = table(b"stsc", 1, 1, 2, 1) + table(b"stsz", 0, 2, len(PLACE), len(PLACE)) + table(b"stco", 1, FIRST_PLACE)


@pytest.mark.parametrize("kind", [b"meta", b"camm", b"text"])
def test_a_track_of_places_is_erased_with_its_samples(kind: bytes, now: datetime) -> None:
    content = shot(others=track(kind, PLACES))
    assert content[FIRST_PLACE:].startswith(PLACE * 2)
    clean = stored("a.mp4", content, now)
    assert (PLACE in clean, kind in clean, b"pictures" * 8 in clean, len(clean)) == (False, False, True, len(content))


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (shot(others=track(b"meta")), RefusalCause.PLACES),
        (shot(box(b"moof", b""), others=track(b"meta", PLACES)), RefusalCause.PLACES),
        (shot(others=track(b"meta", PLACES.replace(b"\0\0\0\2\0\0\0\1", b"\0\0\0\3\0\0\0\1"))), RefusalCause.PLACES),
        (shot(others=track(b"meta", PLACES.replace(bytes([FIRST_PLACE]), b"\xff"))), RefusalCause.DAMAGED),
    ],
)
def test_a_film_whose_places_cannot_be_found_is_refused(content: bytes, cause: RefusalCause, now: datetime) -> None:
    with pytest.raises(FileRefused) as refused:
        receive(upload("a.mp4", content), at=now)
    assert refused.value.reason == cause


@pytest.mark.parametrize(
    "content",
    [
        shot(box(b"moov", b"\0\0\0\x04trak")),
        shot(box(b"moov", b"\0\0\xff\xfftrak")),
        shot(box(b"moov", b"\0\0\0")),
        film() + box(b"free") * (films.MOST_BOXES + 1),
        box(b"ftyp", b"isom\0\0\2\0") + b"\0\0\0\1mdat" + (2**63).to_bytes(8),
    ],
)
def test_a_film_whose_boxes_do_not_fit_is_damaged(content: bytes, now: datetime) -> None:
    with pytest.raises(FileRefused) as refused:
        receive(upload("a.mp4", content), at=now)
    assert refused.value.reason == RefusalCause.DAMAGED


# ---- files of before ----


def test_files_that_were_stored_before_are_cleaned_by_a_command(
    telling: pikepdf.Pdf, draft: Draft, settings: Settings, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    for content, content_type in (
        (written(telling), "application/pdf"),
        (shot(), "video/mp4"),
        (b"%PDF-", "application/pdf"),
    ):
        Attachment.objects.create(
            draft=draft, name="a", content_type=content_type, size=len(content), added_at=now,
            sha256=hashlib.sha256(content).hexdigest(), file=ContentFile(content, name="a"),
        )  # fmt: skip
    outs = []
    for _ in range(2):
        out = StringIO()
        with django_capture_on_commit_callbacks(execute=True), pytest.raises(CommandError, match="cannot be cleaned: "):
            call_command("clean_files", stdout=out)
        outs.append(out.getvalue().strip())
    assert outs == [
        "cleaned: 2, clean already: 0, cannot be cleaned: 1, missing: 0",
        "cleaned: 0, clean already: 2, cannot be cleaned: 1, missing: 0",
    ]
    paths = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert len(paths) == 3
    pdf, clip = (Attachment.objects.get(content_type=one, size__gt=5) for one in ("application/pdf", "video/mp4"))
    assert [AMINA.encode() in whole(kept(pdf)), b"SM-A515F" in kept(clip)] == [False, False]
