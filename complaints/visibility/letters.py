"""Finds the parts of a name that are spelt letter by letter, and rows of initials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from complaints.visibility.name_parts import NameParts, spelled_letters
from complaints.visibility.texts import PlacedWord, ReadText, Span
from complaints.visibility.vocabulary import is_of, letter_of

#: Signs between two letters of one word.
_GAP: Final = 4
_WIDEST: Final = 24
#: Fewer letters spell nothing.
_LEAST: Final = 3
_SPELT_BETWEEN: Final = re.compile(
    r"\W*(?:مربوطه|مقصوره|مفتوحه|ثم|then|and|(?:مثل|متل|زي|for|as in|as|like) \w{2,12})\W*"
)


def spelt_out(text: ReadText, parts: NameParts) -> Iterator[Span]:
    """Yield the parts written letter by letter, or by the names of the letters, whatever stands between them."""
    run: list[PlacedWord] = []
    for place in (*text.find(letter_of), None):
        if place is not None and (not run or _continues(text, run[-1], place)):
            run.append(text.words[place])
            continue
        if run:
            yield from _initials(text, parts, run)
        if len(run) >= _LEAST:
            for found in spelled_letters("".join(letter_of(one.text) for one in run), parts):
                yield Span(run[found.start()].start, run[found.end() - 1].end)
        run = [] if place is None else [text.words[place]]


def _continues(text: ReadText, last: PlacedWord, place: int) -> bool:
    """Tell whether the letter ``place`` is spelt next after ``last``, perhaps with "as in sugar" between."""
    between = text.plain[last.end : text.words[place].start]
    return len(between) <= _GAP or (len(between) <= _WIDEST and bool(_SPELT_BETWEEN.fullmatch(between)))


def _initials(text: ReadText, parts: NameParts, run: Sequence[PlacedWord]) -> Iterator[Span]:
    """Yield a row of dotted letters that are the initials of first name and family, after "signed" or a title."""
    ends = [parts.by_number.get(number) for number in sorted(parts.ends)]
    is_dotted = all(text.plain[one.end : one.end + 1] == "." for one in run[:-1])
    if len(run) == 1 or len(ends) == 1 or not all(ends) or not is_dotted:
        return
    before = text.words_before(run[0].start, 1)
    is_announced = any(is_of(kind, word.text) for kind in ("self", "title", "closing") for word in before)
    pairs = zip(ends, run[:: len(run) - 1], strict=True)
    if is_announced and all(part and part.begins_with(one.text) for part, one in pairs):
        yield Span(run[0].start, run[-1].end)
