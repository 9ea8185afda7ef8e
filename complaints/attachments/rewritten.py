"""The messages between the web process and the process that writes a file anew; nothing here reads pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import IntEnum
from io import BytesIO
from typing import Any, Final, NamedTuple

#: The form of a PDF, and what the form of a voice note begins with: the name of its container follows.
PDF_FORM: Final = "PDF"
VOICE_FORM: Final = "VOICE-"


class DecodingResult(IntEnum):
    """How the process ends."""

    DONE = 0
    DAMAGED = 3
    PIXELS = 4
    COSTLY = 5
    LOCKED = 6
    LONG = 7
    FILM = 8


class Refused(Exception):
    """The file is not written anew, or cannot be, for the reason ``verdict``."""

    def __init__(self, verdict: DecodingResult) -> None:
        super().__init__(verdict.name)
        self.verdict = verdict


class CameraFacts(NamedTuple):
    """When a photo was taken, in ISO 8601, with the offset if the camera wrote it; and where, in degrees."""

    taken: str = ""
    place: tuple[float, float] | None = None


class Rewritten(NamedTuple):
    """A file written anew: thumbnail and the camera's facts for a picture, the seconds of a voice note."""

    content: bytes
    small: bytes = b""
    facts: CameraFacts = CameraFacts()
    seconds: int | None = None

    def to_bytes(self) -> bytes:
        """Return all of it as bytes that ``from_bytes`` reads."""
        head = {"size": len(self.content), "facts": self.facts, "seconds": self.seconds}
        return b"\n".join([json.dumps(head).encode(), self.content + self.small])

    @classmethod
    def from_bytes(cls, written: bytes) -> Rewritten:
        """Return what the process wrote."""
        line, _, rest = written.partition(b"\n")
        head = json.loads(line)
        taken, place = head["facts"]
        facts = CameraFacts(taken, (place[0], place[1]) if place else None)
        return cls(rest[: head["size"]], rest[head["size"] :], facts, head["seconds"])


# ---- Writes a voice note anew as MP3, which every browser plays: only the sound stays; what is no short sound
# is refused.
#
# It runs in the process of `complaints/attachments/reencoding.py`, with its limits.


#: Seconds of a voice note; a recorder that is told to stop there writes a little more.
MOST_SECONDS: Final = 60
SLACK: Final = 2
#: Speech needs no more: 6 kB a second.
RATE: Final = 24_000
BIT_RATE: Final = 48_000
#: The codecs that each container may hold, by FFmpeg's names of both: no other decoder is ever opened.
CODECS: Final = {
    "matroska": frozenset({"opus", "vorbis"}),
    "ogg": frozenset({"opus", "vorbis"}),
    "mp4": frozenset({"aac", "opus"}),
    "mp3": frozenset({"mp3", "mp3float"}),
    "wav": frozenset({"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"}),
}


def rewrite_voice(content: bytes, container: str) -> tuple[bytes, int]:
    """Return the sound as MP3 and its length in seconds, rounded; raises ``Refused``."""
    # Here and not above: a picture needs no PyAV.
    import av  # noqa: PLC0415

    av.logging.set_level(None)
    try:
        source: Any = av.open(BytesIO(content), format=container)
        with source:
            return _encoded(av, source.decode(_only_sound(source, container)))
    except (av.FFmpegError, ValueError, TypeError, LookupError, EOFError):
        # As for pictures: the file is at fault, not the code.
        raise Refused(DecodingResult.DAMAGED) from None


def _only_sound(source: Any, container: str) -> Any:
    """Return the only stream of sound; a film, which has pictures beside the cover of a song, is refused."""
    if any(not stream.disposition & stream.disposition.attached_pic for stream in source.streams.video):
        raise Refused(DecodingResult.FILM)
    sounds = source.streams.audio
    if len(sounds) != 1 or sounds[0].codec_context.name not in CODECS[container]:
        raise Refused(DecodingResult.DAMAGED)
    sounds[0].codec_context.thread_count = 1
    return sounds[0]


def _encoded(av: Any, frames: Iterator[Any]) -> tuple[bytes, int]:
    written, samples = BytesIO(), 0
    with av.open(written, "w", format="mp3", options={"id3v2_version": "0"}) as target:
        stream = target.add_stream("libmp3lame", rate=RATE, layout="mono", bit_rate=BIT_RATE)
        for frame in _resampled(av, frames):
            samples += frame.samples
            if samples > (MOST_SECONDS + SLACK) * RATE:
                raise Refused(DecodingResult.LONG)
            target.mux(stream.encode(frame))
        if not samples:
            raise Refused(DecodingResult.DAMAGED)
        target.mux(stream.encode(None))
    return written.getvalue(), max(1, min(MOST_SECONDS, round(samples / RATE)))


def _resampled(av: Any, frames: Iterator[Any]) -> Iterator[Any]:
    resampler = av.AudioResampler(format="s16p", layout="mono", rate=RATE)
    for frame in frames:
        yield from resampler.resample(frame)
    yield from resampler.resample(None)
