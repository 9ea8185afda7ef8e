"""Takes the place, the device and everything else that is neither picture nor sound out of a film, where it lies.

ISO/IEC 14496-12: a film is a row of boxes, some of which hold boxes. A box that is not on the list is renamed to
``free`` and filled with zeros: no other box moves, so that the tables of the film stay right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from struct import error, unpack_from
from typing import IO, Any, Final, NamedTuple

# ---- Where the samples of a film's track lie, by its tables (ISO/IEC 14496-12, 8.7). ----


#: The tables that tell it: samples in a chunk, sizes of samples, places of chunks (two kinds).
TABLES: Final = frozenset((b"stsc", b"stsz", b"stco", b"co64"))
#: A track of places has some samples for each second.
MOST_SAMPLES: Final = 200_000


class NoFilm(ValueError):
    """The boxes of the file do not fit, or it has no index."""


class HasPlaces(ValueError):
    """The film has a track that is neither picture nor sound, and whose data cannot be found."""


def chunks(tables: Mapping[bytes, bytes]) -> Iterator[tuple[int, int]]:
    """Yield where each chunk of a track begins and ends; raises ``HasPlaces`` if a table is missing or contradicts."""
    try:
        places, sizes = _places(tables), _sizes(tables[b"stsz"])
        counts = _counts(tables[b"stsc"], len(places))
    except (KeyError, error):
        raise HasPlaces from None
    if sum(counts) != len(sizes):
        raise HasPlaces
    first = 0
    for place, count in zip(places, counts, strict=True):
        yield place, place + sum(sizes[first : first + count])
        first += count


def _places(tables: Mapping[bytes, bytes]) -> Sequence[int]:
    table, letter = (tables[b"stco"], "I") if b"stco" in tables else (tables[b"co64"], "Q")
    return unpack_from(f">{_count(table, 4)}{letter}", table, 8)


def _sizes(table: bytes) -> Sequence[int]:
    one, count = unpack_from(">I", table, 4)[0], _count(table, 8)
    return [one] * count if one else unpack_from(f">{count}I", table, 12)


def _counts(table: bytes, chunk_count: int) -> Sequence[int]:
    """Return the number of samples of each chunk; an entry holds until the chunk of the next."""
    rows = [unpack_from(">II", table, 8 + 12 * row) for row in range(_count(table, 4))]
    counts: list[int] = []
    for (first, count), (until, _) in pairwise([*rows, (chunk_count + 1, 0)]):
        if not len(counts) < first <= until <= chunk_count + 1:
            raise HasPlaces
        counts += [count] * (until - first)
    return counts


def _count(table: bytes, place: int) -> int:
    count: int = unpack_from(">I", table, place)[0]
    if count > MOST_SAMPLES:
        raise HasPlaces
    return count


_HEAD, _LARGE_HEAD = 8, 16
#: A film of ten minutes that was written in fragments has some thousands of boxes.
MOST_BOXES: Final = 20_000
_ZEROS: Final = 64 * 1024
_FREE: Final = b"free"

#: What each box may hold; a box that is no key here is not opened.
_HOLDS: Final[Mapping[bytes, frozenset[bytes]]] = {
    b"": frozenset((b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp")),
    b"moov": frozenset((b"mvhd", b"trak", b"mvex", b"iods")),
    b"trak": frozenset((b"tkhd", b"mdia", b"edts", b"tref", b"tapt")),
    b"edts": frozenset((b"elst",)),
    b"mdia": frozenset((b"mdhd", b"hdlr", b"minf", b"elng")),
    b"minf": frozenset((b"vmhd", b"smhd", b"nmhd", b"hdlr", b"dinf", b"stbl")),
    b"dinf": frozenset((b"dref",)),
    b"stbl": frozenset(
        (b"stsd", b"stts", b"ctts", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"stps", b"sdtp", b"sbgp",
         b"sgpd", b"cslg")
    ),
    b"mvex": frozenset((b"mehd", b"trex")),
    b"moof": frozenset((b"mfhd", b"traf")),
    b"traf": frozenset((b"tfhd", b"tfdt", b"trun", b"sdtp", b"sbgp", b"sgpd")),
    b"mfra": frozenset((b"tfra", b"mfro")),
}  # fmt: skip
#: Tracks of picture and of sound; a track of anything else may tell the place second by second.
_TRACKS: Final = frozenset((b"vide", b"soun"))
#: Where in a ``hdlr`` box its kind stands, and the name of the program or device behind it.
_HANDLER_KIND, _HANDLER_NAME = 16, 32


class _Box(NamedTuple):
    name: bytes
    start: int
    inside: int
    end: int


def clean(file: IO[bytes] | Any, size: int) -> None:
    """Overwrite in ``file`` what may tell where and with what the film was made.

    Raises ``NoFilm`` and ``HasPlaces``; what was overwritten until then stays so. Reads heads of boxes, and the tables
    of tracks that it erases.
    """
    walk = _Walk(file)
    top = walk.clean(b"", 0, size)
    if b"moov" not in {box.name for box in top}:
        raise NoFilm
    for track in walk.other_tracks:
        if b"moof" in {box.name for box in top}:
            raise HasPlaces
        walk.erase_track(track, [box for box in top if box.name == b"mdat"])


def has_no_pictures(file: IO[bytes] | Any, size: int) -> bool:
    """Tell whether a file that says it is a film has tracks of sound and no others; False if it cannot be read."""
    walk = _Walk(file)
    try:
        kinds = walk.track_kinds(size)
    except NoFilm:
        return False
    return bool(kinds) and kinds <= {b"soun"}


class _Walk:
    def __init__(self, file: IO[bytes] | Any) -> None:
        self.file, self.left = file, MOST_BOXES
        self.other_tracks: list[_Box] = []

    def clean(self, holder: bytes, place: int, end: int) -> list[_Box]:
        """Clean the boxes that ``holder`` holds, and return them."""
        boxes = list(self._boxes(place, end))
        for box in boxes:
            if box.name not in _HOLDS[holder]:
                self._erase(box)
            elif box.name in _HOLDS:
                held = self.clean(box.name, box.inside, box.end)
                if box.name == b"trak" and self._track_kind(held) not in _TRACKS:
                    self.other_tracks.append(box)
            elif box.name == b"hdlr":
                self._zero(box.start + _HANDLER_NAME, box.end)
        return boxes

    def track_kinds(self, size: int) -> set[bytes]:
        """Return the kinds of all tracks."""
        top = [box for box in self._boxes(0, size) if box.name == b"moov"]
        tracks = [box for moov in top for box in self._boxes(moov.inside, moov.end) if box.name == b"trak"]
        return {self._track_kind(list(self._boxes(track.inside, track.end))) for track in tracks}

    def _track_kind(self, boxes: Sequence[_Box]) -> bytes:
        """Return of what kind a track of these boxes is, by its handler; empty if it has none."""
        for box in self._inside(boxes, b"mdia"):
            if box.name == b"hdlr":
                self.file.seek(box.start + _HANDLER_KIND)
                kind: bytes = self.file.read(4)
                return kind
        return b""

    def _inside(self, boxes: Iterable[_Box], *names: bytes) -> list[_Box]:
        """Return the boxes at the end of a path of ``names``."""
        for name in names:
            holder = next((box for box in boxes if box.name == name), None)
            boxes = list(self._boxes(holder.inside, holder.end)) if holder else []
        return list(boxes)

    def erase_track(self, track: _Box, data: Sequence[_Box]) -> None:
        """Erase a track with its samples, which lie in ``data``; raises ``HasPlaces`` if its tables are missing."""
        boxes = self._boxes(track.inside, track.end)
        tables = {
            box.name: self._table(box) for box in self._inside(boxes, b"mdia", b"minf", b"stbl") if box.name in TABLES
        }
        left = sum(box.end - box.inside for box in data)
        for start, end in chunks(tables):
            left -= end - start
            if left < 0 or not any(box.inside <= start <= end <= box.end for box in data):
                raise NoFilm
            self._zero(start, end)
        self._erase(track)

    def _table(self, box: _Box) -> bytes:
        if box.end - box.inside > _HEAD * (MOST_SAMPLES + 2):
            raise HasPlaces
        self.file.seek(box.inside)
        content: bytes = self.file.read(box.end - box.inside)
        return content

    def _boxes(self, place: int, end: int) -> Iterator[_Box]:
        while place < end:
            self.left -= 1
            if self.left < 0:
                raise NoFilm
            self.file.seek(place)
            head = self.file.read(_LARGE_HEAD)
            length, inside = _length(head, left=end - place)
            if len(head) < _HEAD or length < inside or place + length > end:
                raise NoFilm
            yield _Box(head[4:8], place, place + inside, place + length)
            place += length

    def _erase(self, box: _Box) -> None:
        self.file.seek(box.start + 4)
        self.file.write(_FREE)
        self._zero(box.inside, box.end)

    def _zero(self, start: int, end: int) -> None:
        self.file.seek(start)
        for place in range(start, end, _ZEROS):
            self.file.write(bytes(min(_ZEROS, end - place)))


def _length(head: bytes, *, left: int) -> tuple[int, int]:
    """Return the length of a box and of its head: 0 stands for "to the end", 1 for a length in the next eight bytes."""
    length = int.from_bytes(head[:4])
    if length == 0:
        return left, _HEAD
    return (int.from_bytes(head[8:16]), _LARGE_HEAD) if length == 1 else (length, _HEAD)
