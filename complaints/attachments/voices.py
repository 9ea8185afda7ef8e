"""Writes a voice note anew as MP3, which every browser plays: only the sound stays; what is no short sound is refused.

It runs in the process of `complaints/attachments/decoding.py`, with its limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from complaints.attachments.rewritten import DecodingResult, Refused

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
