"""When and where a photo was taken is read before it is cut off; broken and untrue metadata are worth nothing."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from complaints.attachments.reencoding import reencode
from complaints.attachments.responses import small_response
from complaints.attachments.rewritten import Rewritten
from complaints.attachments.uploads import _note, keep, receive
from complaints.models import Attachment, Draft, Thumbnail
from tests.complaints.sample_files import picture, upload

pytestmark = pytest.mark.usefixtures("media")

AMMAN = {1: "N", 2: (31.0, 57.0, 14.4), 3: "E", 4: (35.0, 54.0, 36.0)}
SYDNEY = {1: "S", 2: (33.0, 52.0, 0.0), 3: "E", 4: (151.0, 12.0, 0.0)}


def photo(*, taken: object = None, offset: object = None, gps: dict[int, object] | None = None) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    if taken is not None:
        inner[ExifTags.Base.DateTimeOriginal] = taken
    if offset is not None:
        inner[ExifTags.Base.OffsetTimeOriginal] = offset
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    return picture(size=(400, 300), exif=exif.tobytes())


def facts(content: bytes, now: datetime) -> tuple[object, object, object]:
    """Return what an attachment would keep; the picture is read here and not in a process, which takes longer."""
    file = Attachment()
    _note(file, Rewritten(*reencode(content, "JPEG")), at=now, keeps_facts=True)
    return file.taken_at, file.latitude, file.longitude


def written(moment: datetime) -> str:
    return moment.strftime("%Y:%m:%d %H:%M:%S")


def test_the_moment_and_the_place_are_those_of_the_camera(now: datetime) -> None:
    moment = datetime(2025, 12, 30, 9, 30, tzinfo=UTC)
    assert moment < now
    at_london = facts(photo(taken="2025:12:30 09:30:00", offset="+00:00", gps=AMMAN), now)
    assert at_london == (moment, pytest.approx(31.954), pytest.approx(35.91))
    assert facts(photo(taken="2025:12:30 12:30:00"), now) == (moment, None, None)
    assert facts(photo(taken="2025:12:30 12:30:00", offset="nonsense"), now)[0] == moment
    assert facts(photo(gps=SYDNEY), now) == (None, pytest.approx(-33.8667, abs=0.001), pytest.approx(151.2))


@pytest.mark.parametrize(
    "taken", ["0000:00:00 00:00:00", "2025:13:40 25:61:61", "yesterday", "1970:01:01 00:00:00", "2999:01:01 00:00:00"]
)
def test_a_moment_that_cannot_be_true_is_none(now: datetime, taken: str) -> None:
    assert facts(photo(taken=taken), now)[0] is None


def test_a_moment_in_the_future_is_none_but_for_a_fast_clock(now: datetime) -> None:
    soon, late = (written((now + timedelta(minutes=ahead)).astimezone(UTC)) for ahead in (20, 90))
    assert facts(photo(taken=soon, offset="+00:00"), now)[0] is not None
    assert facts(photo(taken=late, offset="+00:00"), now)[0] is None


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (35.0, 0.0, 0.0)},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "X", 2: (31.0, 0.0, 0.0), 3: "E", 4: (35.0, 0.0, 0.0)},
        {1: "N", 2: (31.0,), 3: "E", 4: (35.0, 0.0, 0.0)},
        {2: (31.0, 0.0, 0.0)},
    ],
    ids=["too_far_north", "zeros", "no_side", "no_minutes", "half"],
)
def test_a_place_that_cannot_be_true_is_none(now: datetime, gps: dict[int, object]) -> None:
    assert facts(photo(gps=gps), now)[1:] == (None, None)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_metadata_break_nothing(now: datetime) -> None:
    whole = photo(taken="2025:12:30 12:30:00", gps=AMMAN)
    start, end = whole.index(b"Exif\0\0") + 14, whole.index(b"2025:12:30") + 40
    for place in range(start, end, 3):
        broken = whole[:place] + b"\xff\xff" + whole[place + 2 :]
        assert reencode(broken, "JPEG").content.startswith(b"\xff\xd8")
    kept = receive(upload("a.jpg", whole), at=now, keeps_facts=True)
    assert (kept.taken_at, kept.latitude is None) == (datetime(2025, 12, 30, 9, 30, tzinfo=UTC), False)


def test_the_citizens_photos_keep_nothing_and_get_a_thumbnail_once(draft: Draft, now: datetime) -> None:
    keep([receive(upload("a.jpg", photo(taken="2025:12:30 12:30:00", gps=AMMAN)), at=now)], draft=draft)
    file = Attachment.objects.get()
    assert (file.taken_at, file.latitude, file.longitude) == (None, None, None)
    small = small_response(file).content
    with Image.open(BytesIO(small)) as opened:
        assert (opened.format, opened.size, dict(opened.getexif())) == ("JPEG", (240, 320), {})
    file.delete()
    assert not Thumbnail.objects.exists()
