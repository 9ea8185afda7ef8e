"""Voice notes are written anew as MP3; what is too long, a film, or damaged is refused for what it is."""

from datetime import datetime
from io import BytesIO

import av
import pytest
from django.test import RequestFactory

from complaints.attachments import uploads
from complaints.attachments.fields import accept
from complaints.attachments.recognition import FileRefused, RefusalCause, recognise
from complaints.attachments.reencoding import rewrite
from complaints.attachments.responses import shown_response
from complaints.attachments.rewritten import Refused
from complaints.attachments.uploads import _CAUSES, receive
from complaints.models import Attachment, Draft
from tests.complaints.sample_files import MEGABYTE, film, upload
from tests.complaints.sample_sounds import CONTAINERS, moving_picture, sound

pytestmark = pytest.mark.usefixtures("media")


def refusal(content: bytes, name: str = "note.webm") -> RefusalCause:
    """Return why a file is refused; it is read here and not in a process, which takes longer."""
    with pytest.raises((FileRefused, Refused)) as refused:
        rewrite(content, recognise(upload(name, content)).form)
    return refused.value.reason if isinstance(refused.value, FileRefused) else _CAUSES[refused.value.verdict]


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_accepted_sound_becomes_an_mp3_of_the_same_length_without_its_metadata(
    container: str, now: datetime
) -> None:
    content = sound(container, title="Amina Khatib")
    voice = receive(upload(f"amina.{container}", content), at=now)
    assert (voice.name, voice.content_type, voice.is_voice) == ("amina.mp3", "audio/mpeg", True)
    assert voice.seconds == 2
    stored = voice.file.read()
    assert b"Amina" not in stored
    with av.open(BytesIO(stored)) as again:
        assert again.format.name == "mp3"
        assert again.metadata == {}


def test_what_is_no_short_sound_is_refused_for_what_it_is() -> None:
    whole = sound()
    assert refusal(sound(seconds=64)) == RefusalCause.LONG
    assert refusal(moving_picture()) == RefusalCause.FILM
    assert refusal(whole[:300]) == RefusalCause.DAMAGED
    assert refusal(whole[:100] + bytes(range(256)) * 40) == RefusalCause.DAMAGED
    assert refusal(b"ID3" + b"\0" * 2000, "song.mp3") == RefusalCause.DAMAGED
    assert refusal(b"OggS" + b"\xff" * 2000, "a.ogg") == RefusalCause.DAMAGED
    assert refusal(whole + b"\0" * (10 * MEGABYTE)) == RefusalCause.SIZE


def test_half_an_hour_is_refused_with_a_sentence_and_stops_being_read_early(now: datetime) -> None:
    # Of silence an hour is 10 MB: the longest that arrives at all.
    with BytesIO() as written:
        with av.open(written, "w", format="wav") as target:
            stream = target.add_stream("pcm_u8", rate=5000, layout="mono")
            frame = av.AudioFrame(format="u8", layout="mono", samples=5000 * 60)
            frame.sample_rate = 5000
            frame.planes[0].update(b"\x80" * frame.planes[0].buffer_size)
            for _ in range(30):
                target.mux(stream.encode(frame))
        long = written.getvalue()
    taken, refused = accept([upload("lecture.wav", long)], at=now)
    assert (taken, len(refused)) == ([], 1)
    assert "60" in refused[0]


def test_a_film_is_a_film_whatever_its_sound(now: datetime) -> None:
    assert receive(upload("a.mp4", film()), at=now).content_type == "video/mp4"
    renamed = moving_picture("mp4")
    assert receive(upload("voice.mp3", renamed), at=now).content_type == "video/mp4"


@pytest.mark.parametrize(
    ("asked", "status", "says", "start", "end"),
    [
        ("", 200, None, 0, None),
        ("bytes=0-", 206, "bytes 0-{last}/{size}", 0, None),
        ("bytes=10-19", 206, "bytes 10-19/{size}", 10, 20),
        ("bytes=-5", 206, "bytes {tail}-{last}/{size}", -5, None),
        ("bytes=0-999999999999", 206, "bytes 0-{last}/{size}", 0, None),
        ("bytes=999999999-", 416, "bytes */{size}", 0, 0),
        ("bytes=20-10", 416, "bytes */{size}", 0, 0),
        ("bytes=0-1,5-6", 200, None, 0, None),
        ("lines=0-1", 200, None, 0, None),
    ],
    ids=["all", "from_the_start", "a_part", "the_end", "beyond", "behind", "turned", "several", "other_unit"],
)
def test_a_player_gets_the_part_it_asks_for(
    draft: Draft, now: datetime, asked: str, status: int, says: str | None, start: int, end: int | None
) -> None:
    uploads.keep([receive(upload("a.webm", sound()), at=now)], draft=draft)
    voice = Attachment.objects.get()
    with voice.file.open() as stored:
        content = stored.read()
    request = RequestFactory().get("/", {"as": "voice"}, headers={"Range": asked} if asked else {})
    response = shown_response(request, voice, name="x")
    words = {"size": len(content), "last": len(content) - 1, "tail": len(content) - 5}
    assert response.status_code == status
    assert response.headers.get("Content-Range") == (says.format(**words) if says else None)
    assert response.content == content[start:end]
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
