"""Short sounds in every container, made on the spot; and a film that is no sound."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from io import BytesIO

import av

#: A container, the codec in it and its rate, and what the demuxer is called.
CONTAINERS = {
    "webm": ("libopus", 48_000),
    "ogg": ("libopus", 48_000),
    "mp4": ("aac", 44_100),
    "mp3": ("libmp3lame", 44_100),
    "wav": ("pcm_s16le", 16_000),
}
_SAMPLES = 1024


@cache
def sound(container: str = "webm", *, seconds: float = 2.0, title: str = "") -> bytes:
    """Return a soft noise of so many ``seconds``, called ``title`` in its metadata."""
    codec, rate = CONTAINERS[container]
    written = BytesIO()
    with av.open(written, "w", format=container) as target:
        if title:
            target.metadata["title"] = title
        stream = target.add_stream(codec, rate=rate, layout="mono")
        context = stream.codec_context
        shape = av.AudioResampler(
            format=context.format.name, layout="mono", rate=rate, frame_size=context.frame_size or _SAMPLES
        )
        for start in range(0, int(seconds * rate), _SAMPLES):
            for shaped in shape.resample(_frame(start, rate)):
                target.mux(stream.encode(shaped))
        for shaped in shape.resample(None):
            target.mux(stream.encode(shaped))
        target.mux(stream.encode(None))
    return written.getvalue()


def _frame(start: int, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="mono", samples=_SAMPLES)
    frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
    wave = b"".join(((place * 37) % 2000 - 1000).to_bytes(2, "little", signed=True) for place in range(_SAMPLES))
    frame.planes[0].update(wave.ljust(frame.planes[0].buffer_size, b"\0"))
    return frame


def moving_picture(container: str = "webm") -> bytes:
    """Return a film of a few grey frames."""
    written = BytesIO()
    with av.open(written, "w", format=container) as target:
        stream = target.add_stream("libvpx" if container == "webm" else "mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5):
            frame = av.VideoFrame(64, 48, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([128]) * plane.buffer_size)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return written.getvalue()
