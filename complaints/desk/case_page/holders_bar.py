"""Who had a case, as one bar: a segment for each span in order of time, as wide as its working time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from complaints.case_text.time_held import HeldSpan, TimeHeld, minutes_words

#: The colours of parties; a fifth party has that of the first again, beside its name.
COLOURS: Final = 4


@dataclass(frozen=True)
class BarPart:
    """One span: where it begins on the bar and how wide it is, in minutes, its colour, and what it is in words."""

    start: int
    width: int
    colour: int
    words: str


@dataclass(frozen=True)
class BarHolder:
    """One party with its time and its colour."""

    held: TimeHeld
    colour: int


@dataclass(frozen=True)
class HoldersBar:
    """The bar, its legend, and the time of all parties together, in words."""

    segments: Sequence[BarPart]
    parties: Sequence[BarHolder]
    width: int
    whole: str


def holders_bar(spans: Sequence[HeldSpan], parties: Sequence[TimeHeld]) -> HoldersBar:
    """Return the bar of ``spans``; ``parties`` are the sums of the same spans."""
    colours = {(party.holder, party.name): place % COLOURS + 1 for place, party in enumerate(parties)}
    segments, start = [], 0
    for span in spans:
        segments.append(BarPart(start, span.minutes, colours[span.holder, span.name], f"{span.name}: {span.words}"))
        start += span.minutes
    legend = [BarHolder(party, colours[party.holder, party.name]) for party in parties]
    return HoldersBar(segments, legend, max(start, 1), minutes_words(start))
