"""What may be attached, and what is left of it."""

from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from complaints.attachments import uploads
from complaints.attachments.recognition import JPEG, FileRefused, RefusalCause
from complaints.attachments.uploads import clean_name, receive
from complaints.models import Attachment, Draft
from tests.complaints.sample_files import MEGABYTE, PDF, PROGRAM, box, film, picture, upload, with_scans

pytestmark = pytest.mark.usefixtures("media")

WHERE_IT_WAS_TAKEN = 0x8825


def refusal(name: str, content: bytes, now: datetime) -> RefusalCause:
    with pytest.raises(FileRefused) as refused:
        receive(upload(name, content), at=now)
    return refused.value.reason


@pytest.mark.parametrize(
    ("name", "content", "stored", "content_type"),
    [
        ("a.jpg", picture(), "a.jpg", "image/jpeg"),
        ("a.JPEG", picture(), "a.jpeg", "image/jpeg"),
        ("a.png", picture("PNG"), "a.png", "image/png"),
        ("a.webp", picture("WEBP"), "a.webp", "image/webp"),
        ("a.pdf", PDF, "a.pdf", "application/pdf"),
        ("a.mp4", film(), "a.mp4", "video/mp4"),
        ("a.3gp", film(b"3gp5"), "a.3gp", "video/3gpp"),
        ("holiday", picture(), "holiday.jpg", "image/jpeg"),
        ("virus.exe", picture("PNG"), "virus.exe.png", "image/png"),
    ],
)
def test_a_file_is_known_by_its_content_and_named_after_it(
    name: str, content: bytes, stored: str, content_type: str, now: datetime
) -> None:
    attachment = receive(upload(name, content), at=now)
    assert (attachment.name, attachment.content_type) == (stored, content_type)


def test_a_program_named_as_a_picture_is_refused(now: datetime) -> None:
    assert refusal("photo.jpg", PROGRAM, now) == RefusalCause.TYPE


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a" + b"\0" * 64,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>",
        b"II*\0" + b"\0" * 64,
    ],
)
def test_what_is_not_on_the_list_is_refused(content: bytes, now: datetime) -> None:
    assert refusal("photo.jpg", content, now) == RefusalCause.TYPE


def test_ten_megabytes_are_the_most_for_a_picture_and_fifty_for_a_film(now: datetime) -> None:
    assert refusal("big.jpg", picture() + b"\0" * (11 * MEGABYTE), now) == RefusalCause.SIZE
    assert refusal("big.pdf", PDF + b" " * (10 * MEGABYTE) + b"%%EOF", now) == RefusalCause.SIZE
    assert receive(upload("film.mp4", film() + box(b"free", b"\0" * (11 * MEGABYTE))), at=now).size > 11 * MEGABYTE
    assert refusal("film.mp4", film() + box(b"free", b"\0" * (50 * MEGABYTE)), now) == RefusalCause.VIDEO_SIZE


def test_an_empty_file_and_a_broken_one_are_named_for_what_they_are(now: datetime) -> None:
    assert refusal("empty.jpg", b"", now) == RefusalCause.EMPTY
    assert refusal("half.jpg", picture(size=(640, 480))[:900], now) == RefusalCause.DAMAGED
    assert refusal("half.png", picture("PNG", size=(640, 480))[:60], now) == RefusalCause.DAMAGED
    assert refusal("half.pdf", PDF[:-8], now) == RefusalCause.DAMAGED
    assert refusal("half.mp4", film()[:-12], now) == RefusalCause.DAMAGED
    assert refusal("noindex.mp4", box(b"ftyp", b"isom\0\0\2\0"), now) == RefusalCause.DAMAGED


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(now: datetime) -> None:
    bomb = picture("PNG", size=(6000, 5000))
    assert len(bomb) < MEGABYTE
    assert refusal("bomb.png", bomb, now) == RefusalCause.PIXELS
    assert refusal("bomb.jpg", picture(size=(12_000, 10_000), quality=10), now) == RefusalCause.PIXELS


def test_a_picture_that_is_to_be_walked_over_for_hours_is_refused_before_it_is_decoded(now: datetime) -> None:
    whole = picture(size=(3000, 2000), progressive=True)
    last_scan = whole[whole.rindex(b"\xff\xda") : -2]
    assert receive(upload("a.jpg", with_scans(whole, 15)), at=now).content_type == "image/jpeg"
    assert refusal("a.jpg", with_scans(whole, 110), now) == RefusalCause.COSTLY
    behind_the_end = whole + last_scan * 110
    assert receive(upload("a.jpg", behind_the_end), at=now).content_type == "image/jpeg"


def test_a_stored_picture_does_not_tell_where_it_was_taken(now: datetime) -> None:
    exif = Image.Exif()
    exif[WHERE_IT_WAS_TAKEN] = {1: "N", 2: (31.0, 57.0, 0.0)}
    exif[0x010E] = "at home"
    for form in ("JPEG", "PNG", "WEBP"):
        content = picture(form, exif=exif.tobytes())
        assert b"at home" in content
        stored = receive(upload("home.jpg", content), at=now).file.read()
        assert b"at home" not in stored
        assert dict(Image.open(BytesIO(stored)).getexif()) == {}


def test_a_picture_is_stored_upright_and_no_larger_than_needed(now: datetime) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    stored = receive(upload("tall.jpg", picture(size=(4000, 3000), exif=exif.tobytes())), at=now).file.read()
    assert Image.open(BytesIO(stored)).size == (1920, 2560)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_with_broken_metadata_is_taken_and_stored_upright(form: str, now: datetime) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x011A] = 1.5
    whole = exif.tobytes()
    broken = whole.replace(b"\x01\x1a\x00\x05", b"\x01\x00\x00\x05")  # the width of the picture as a fraction
    assert broken != whole
    stored = receive(upload("odd.jpg", picture(form, size=(40, 30), exif=broken)), at=now).file.read()
    assert Image.open(BytesIO(stored)).size == (30, 40)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("شارع اليرموك ليلًا.jpg", "شارع اليرموك ليلًا.jpg"),
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\fakepath\\me.jpg", "me.jpg"),
        ("gpj.\u202egnp.exe", "gpj. gnp.exe.jpg"),
        ("a\0b.jpg", "a b.jpg"),
        ("line\r\nbreak.jpg", "line break.jpg"),
        ("", "file.jpg"),
        (".jpg", "file.jpg"),
        ("x" * 400 + ".jpg", "x" * 146 + ".jpg"),
    ],
)
def test_a_name_is_made_harmless_and_stays_readable(name: str, stored: str) -> None:
    assert clean_name(name, JPEG) == stored


def test_a_file_lies_under_a_name_that_says_nothing(draft: Draft, settings, now: datetime) -> None:
    uploads.keep([receive(upload("amina-at-home.jpg"), at=now)], draft=draft)
    attachment = Attachment.objects.get()
    assert attachment.file.name == f"attachments/{attachment.pk.hex[:2]}/{attachment.pk.hex}"
    assert Path(settings.MEDIA_ROOT, attachment.file.name).stat().st_size == attachment.size


def test_the_same_file_twice_is_kept_once(draft: Draft, now: datetime) -> None:
    same, again = (receive(upload("a.jpg"), at=now) for _ in range(2))
    uploads.keep([same, again], draft=draft)
    uploads.keep([receive(upload("b.jpg"), at=now)], draft=draft)
    assert [attachment.name for attachment in draft.attachments.all()] == ["a.jpg"]


@pytest.mark.django_db(transaction=True)
def test_a_draft_that_is_thrown_away_takes_its_files_along(draft: Draft, settings, now: datetime) -> None:
    uploads.keep([receive(upload("a.jpg"), at=now)], draft=draft)
    stored = Path(settings.MEDIA_ROOT, Attachment.objects.get().file.name)
    assert stored.exists()
    uploads.discard(draft)
    assert (stored.exists(), Attachment.objects.count(), Draft.objects.count()) == (False, 0, 0)


def test_a_draft_sent_meanwhile_takes_no_more_files(draft: Draft, now: datetime) -> None:
    Draft.objects.filter(pk=draft.pk).delete()
    uploads.keep([receive(upload("a.jpg"), at=now)], draft=draft)
    assert Attachment.objects.count() == 0


def test_a_draft_takes_ten_files_however_many_arrive_at_once(draft: Draft, now: datetime) -> None:
    for first in (0, 6):
        several = [picture(size=(20 + first + place, 20)) for place in range(6)]
        uploads.keep([receive(upload("a.jpg", content), at=now) for content in several], draft=draft)
    assert draft.attachments.count() == uploads.MOST_FILES
