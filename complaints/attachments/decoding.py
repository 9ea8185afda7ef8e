"""The program that writes one file anew, in a process of its own with limits on what it may use.

`complaints/attachments/picture_process.py` runs it with the form of the file as its argument, the file on standard
input and the result on standard output: a line of JSON, the file and the thumbnail. It imports no table of the site, so
that it starts quickly.
"""

from __future__ import annotations

import json
import sys
from typing import Final, NamedTuple

from complaints.attachments.camera import CameraFacts
from complaints.attachments.reencoding import DecodingResult, Refused, clean_pdf, limit_this_process, reencode

#: The form of a PDF, and what the form of a voice note begins with: the name of its container follows.
PDF_FORM: Final = "PDF"
VOICE_FORM: Final = "VOICE-"


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


def rewrite(content: bytes, form: str) -> Rewritten:
    """Return the file written anew; raises ``Refused``."""
    if form == PDF_FORM:
        return Rewritten(clean_pdf(content))
    if form.startswith(VOICE_FORM):
        # Here and not above: a picture needs no PyAV.
        from complaints.attachments.voices import rewrite_voice  # noqa: PLC0415

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
