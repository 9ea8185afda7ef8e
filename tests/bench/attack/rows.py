"""What a row of the tables of attacks says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

PLACE = re.compile(r"{(\w+)}")
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Row:
    """One attack, sent once by each of the people named in ``who``.

    ``visitor`` has no session, and a name that nobody has is a visitor who keeps the cookies of the rows before.
    ``address``, ``body`` and ``headers`` may name ``{places}`` of the town, and ``{n}`` the number of the repetition.
    ``answer`` lists the statuses allowed, and the beginning of the path that a redirect leads to. Whatever the row does
    not say may be neither shown nor written: ``sees`` names the secrets this reader may read, ``writes`` the tables
    that may change, ``lacks`` is text that must not be in the answer, and ``has`` text that must be.
    """

    who: str
    method: str
    address: str
    answer: str
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    sees: str = ""
    writes: str = ""
    lacks: str = ""
    has: str = ""
    #: The finding of the review that this row repeats.
    finding: str = ""
    #: Whether the suite sends it too.
    in_suite: bool = False
    times: int = 1
    has_token: bool = True

    @property
    def statuses(self) -> frozenset[int]:
        """Return the statuses that keep the promise."""
        return frozenset(int(part) for part in self.answer.split() if part.isdecimal())

    @property
    def location(self) -> str:
        """Return how the path of a redirect has to begin, or nothing."""
        return next((part for part in self.answer.split() if part.startswith("/")), "")


@dataclass(frozen=True)
class WireRow:
    """Bytes for a connection of their own; ``answer`` as in a row, with 0 for a connection that is closed in silence.

    One row sends ``{port}`` where it stands.
    """

    name: str
    sent: bytes
    answer: str
    lacks: str = ""
    finding: str = ""
    why: str = ""

    @property
    def statuses(self) -> frozenset[int]:
        """Return the statuses that keep the promise."""
        return frozenset(int(part) for part in self.answer.split())


@dataclass(frozen=True)
class Answer:
    """What came back; the status 0 is no answer at all."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)


def filled(text: str, places: Mapping[str, str]) -> str:
    """Return ``text`` with the places of the town in it; braces around anything else stay."""
    return PLACE.sub(lambda name: places.get(name[1], name[0]), text)
