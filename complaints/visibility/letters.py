"""Finds the parts of a name that are spelt letter by letter, rows of initials, and initials beside a part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from complaints.visibility.name_parts import BOTH, NameParts, spelled_letters
from complaints.visibility.namesakes import Mention
from complaints.visibility.texts import PlacedWord, ReadText, Span
from complaints.visibility.vocabulary import is_of, letter_of

#: Signs between two letters of one word.
_GAP: Final = 4
_WIDEST: Final = 24
#: Fewer letters spell nothing.
_LEAST: Final = 3
_SPELT_BETWEEN: Final = re.compile(
    r"\W*(?:(?:مربوطه|مقصوره|مفتوحه|معجمه|مهمله|و?بعد(?:ه|ها|ين)|[يت]لي(?:ه|ها)|ثم|اولا|و?حرف|then|and|followed by"
    r"|(?:مثل|متل|زي|for|as in|as|like) \w{2,12})\W*){1,3}"
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


def with_initials(text: ReadText, parts: NameParts, mention: Mention) -> Mention:
    """Return ``mention`` with the initials of the other parts before it, which make it a name: R. Batarseh."""
    first = mention.first
    while first and _is_initial(text, parts, first - 1, mention.part):
        first -= 1
    last = mention.last + _has_initial_after(text, parts, mention)
    if (first, last) == (mention.first, mention.last) or mention.part == BOTH:
        return mention
    is_dotted = first < mention.first and "." in text.between(mention.first - 1, mention.first)
    if mention.is_ordinary and last == mention.last and not is_dotted:
        return mention
    return mention._replace(first=first, last=last, part=BOTH)


def _is_initial(text: ReadText, parts: NameParts, place: int, part: int) -> bool:
    """Tell whether the word ``place`` is the initial of another part than ``part``, dotted or a capital."""
    word = text.words[place]
    if len(word.text) > 1 or not word.text.isalpha():
        return False
    is_marked = "." in text.between(place, place + 1) or text.is_capital(word)
    return is_marked and any(other.begins_with(word.text) for other in parts.parts if other.number != part)


def _has_initial_after(text: ReadText, parts: NameParts, mention: Mention) -> bool:
    """Tell whether the initial of another part follows, with its dot: Reem M."""
    place = mention.last + 1
    if place >= len(text.words) or len(text.words[place].text) > 1:
        return False
    word = text.words[place]
    is_dotted = text.plain[word.end : word.end + 1] == "."
    return is_dotted and any(part.begins_with(word.text) for part in parts.parts if part.number != mention.part)
