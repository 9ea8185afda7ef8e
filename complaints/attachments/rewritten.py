"""The messages between the web process and the process that writes a file anew; nothing here reads pictures."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Final, NamedTuple

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
