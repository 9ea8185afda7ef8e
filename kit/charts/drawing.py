"""A drawing: marks on a plane of fixed width, in units that the page scales; left to right until it is mirrored.

``role`` names how a mark looks: ``c1`` to ``c4`` fill, ``l1`` to ``l4`` draw a line, ``h1`` to ``h5`` shade; ``bed``,
``stripe``, ``gap``, ``grid``, ``range``, ``mean``, ``lead`` and ``blank`` say what they are. Words are ``label``,
``value``, ``tick``, ``on-light`` or ``on-dark``.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal

WIDTH: Final = 400
#: The widest letter of the labels, in units; about half of them are narrower.
LETTER: Final = 7.5

type Point = tuple[float, float]
type Anchor = Literal["start", "middle", "end"]

_OTHER_SIDE: Final[dict[Anchor, Anchor]] = {"start": "end", "middle": "middle", "end": "start"}


@dataclass(frozen=True)
class Box:
    """A rectangle; ``title`` is shown where a pointer rests on it."""

    shape: ClassVar[str] = "box"
    role: str
    x: float
    y: float
    width: float
    height: float
    title: str = ""

    def mirrored(self, width: float) -> Box:
        """Return the rectangle on the other side."""
        return replace(self, x=_exact(width - self.x - self.width))


@dataclass(frozen=True)
class Line:
    """A line through points, or an area if ``closed``."""

    shape: ClassVar[str] = "line"
    role: str
    points: tuple[Point, ...]
    closed: bool = False
    title: str = ""

    @property
    def path(self) -> str:
        """The points as SVG writes them."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)

    def mirrored(self, width: float) -> Line:
        """Return the line on the other side."""
        return replace(self, points=tuple((_exact(width - x), y) for x, y in self.points))


@dataclass(frozen=True)
class Words:
    """A text from ``x``: ``start`` is where the language starts, in the drawing as in the text."""

    shape: ClassVar[str] = "words"
    role: str
    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    is_mirrored: bool = False

    @property
    def is_rtl(self) -> bool:
        """Whether the text itself runs from right to left: its first letter does."""
        strong = (unicodedata.bidirectional(letter) for letter in self.text)
        return next((kind != "L" for kind in strong if kind in {"L", "R", "AL"}), False)

    @property
    def side(self) -> Anchor:
        """Which part of the text stands at ``x``, seen from left to right."""
        return _OTHER_SIDE[self.anchor] if self.is_mirrored else self.anchor

    @property
    def svg_anchor(self) -> Anchor:
        """The anchor as SVG counts it, by the direction of the text."""
        return _OTHER_SIDE[self.side] if self.is_rtl else self.side

    def mirrored(self, width: float) -> Words:
        """Return the text on the other side."""
        return replace(self, x=_exact(width - self.x), is_mirrored=not self.is_mirrored)


@dataclass(frozen=True)
class Dot:
    """A point of a line; each line has its own form, so that it is known without its colour."""

    shape: ClassVar[str] = "dot"
    role: str
    x: float
    y: float
    form: Literal["circle", "square", "triangle", "diamond"] = "circle"
    radius: float = 4
    title: str = ""

    @property
    def corners(self) -> tuple[Point, ...]:
        """The corners of a form that has any."""
        x, y, half = self.x, self.y, self.radius
        match self.form:
            case "square":
                return (x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)
            case "triangle":
                return (x, y - half), (x + half, y + half), (x - half, y + half)
            case "diamond":
                return (x, y - half), (x + half, y), (x, y + half), (x - half, y)
        return ()

    @property
    def path(self) -> str:
        """The corners as SVG writes them."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.corners)

    def mirrored(self, width: float) -> Dot:
        """Return the point on the other side."""
        return replace(self, x=_exact(width - self.x))


type Mark = Box | Line | Words | Dot


@dataclass(frozen=True)
class Drawing:
    """Marks in the order in which they are drawn; ``fixed`` come first and are never mirrored: west stays west."""

    height: float
    marks: tuple[Mark, ...]
    fixed: tuple[Mark, ...] = ()
    width: float = WIDTH

    def mirrored(self) -> Drawing:
        """Return the drawing for a language that is written from right to left."""
        return replace(self, marks=tuple(mark.mirrored(self.width) for mark in self.marks))

    @property
    def all(self) -> tuple[Mark, ...]:
        """All marks."""
        return self.fixed + self.marks


def fitted(text: str, room: float) -> str:
    """Return ``text``, cut with an ellipsis where it would be longer than ``room``; the table has all of it."""
    most = int(room / LETTER)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _exact(number: float) -> float:
    return round(number, 1)
