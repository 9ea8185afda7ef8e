"""Where the samples of a film's track lie, by its tables (ISO/IEC 14496-12, 8.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from struct import error, unpack_from
from typing import Final

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
