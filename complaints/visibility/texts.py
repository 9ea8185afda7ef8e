"""A text as redaction reads it: folded, cut into words, each with its place in what was typed."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from kit.arabic import fold

_COMBINING: Final = "\u0300-\u036f\u0653-\u0655"
#: Letters and signs that fold to one each, if no mark follows; or any one with its combining marks.
_RUN: Final = re.compile(
    f"[ -~\\s\u0621-\u063a\u0641-\u064a\u0660-\u0669،؛؟«»–—]+(?![{_COMBINING}])|(?s:.)[{_COMBINING}]*"
)
#: A word, in which an apostrophe may stand before Latin letters: Sa'ad.
_WORD: Final = re.compile("[^\\W_]+(?:['’`](?=[a-z0-9])[^\\W_]+)*")
_IS_ME: Final = re.compile(
    r"\s*\((?:انا|me)\)"
    r"|[\s()\"»”،,\-–—]*(?:و?(?:هو|هي|يعني|اي|الي هو|الي هي)\s+(?:انا|حضرتي|من يكتب|من تكتب|كاتب|كاتبه|المشتكيه?)"
    r"|(?:كما|مثل ما|زي ما|متل ما|هيك)\s+ب?ي?(?:نادونني|نادوني|عرفونني|عرفوني|سمونني|سموني|لقبونني|قولولي)"
    r"|(?:that is|that's|is|i\.e\.) me|is what (?:they|people|all|everybody|everyone) calls? me|as they call me)\b"
)
#: "That is me" at the end of the sentence in which somebody was named.
_IS_ME_LATER: Final = re.compile(
    r"[^.!?؟\n،,؛;]{0,60}[،,]\s*و?(?:هذا|هاد|هادا|هاذا|هذه|هاي)\s+(?:هو\s+|هي\s+)?انا\s*(?:[.!؟\n]|$)"
)
#: What stands behind a name that is called.
CALL: Final = re.compile(r"\s*[,،!]")
_LATIN: Final = re.compile("[a-z]")
_CAPITAL: Final = re.compile("[A-Z]")
#: Not the dot of a title or an initial: Dr. Nsour.
_END_OF_SENTENCE: Final = re.compile(r"[!?؟\n؛;]|(?<!\b\w)(?<!\b[dm]r)(?<!\bms)(?<!\bmrs)(?<!\beng)(?<!\bprof)\.")
#: What may stand between two redacted places that are then one.
_NOTHING: Final = re.compile(r"[^\S\n]*")


class Span(NamedTuple):
    """A part of a folded text, from ``start`` up to ``end``."""

    start: int
    end: int


class PlacedWord(NamedTuple):
    """A folded word and its place in the folded text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class ReadText:
    """``typed`` folded as ``plain``; ``places`` are the positions in ``typed`` of each folded letter and of the end."""

    typed: str
    plain: str
    places: Sequence[int]

    @cached_property
    def words(self) -> list[PlacedWord]:
        """Return the words in their order."""
        return [PlacedWord(found[0], *found.span()) for found in _WORD.finditer(self.plain)]

    def is_capital(self, word: PlacedWord) -> bool:
        """Tell whether ``word`` was typed with a capital; in a text without any, each word counts as if it was."""
        return self.typed[self.places[word.start]].isupper() or not self._has_capitals

    @cached_property
    def has_latin(self) -> bool:
        """Tell whether any Latin letter stands in the text."""
        return bool(_LATIN.search(self.plain))

    @cached_property
    def is_mostly_arabic(self) -> bool:
        """Tell whether most letters are Arabic: then a Latin word is a name or a term, not ordinary speech."""
        latin = len(_LATIN.findall(self.plain)) if self.has_latin else 0
        return 2 * latin < sum(letter.isalpha() for letter in self.plain)

    def is_beside(self, place: int) -> bool:
        """Tell whether only space stands between the word ``place`` and the next one."""
        return self.between(place, place + 1).isspace()

    def is_said_to_be_me(self, place: int) -> bool:
        """Tell whether "that is me" follows the word ``place``."""
        end = self.words[place].end
        return bool(_IS_ME.match(self.plain, end))

    def is_said_later_to_be_me(self, place: int) -> bool:
        """Tell whether its sentence ends with "that is me": "All drivers know Ziad of the blue line, that is me"."""
        return bool(_IS_ME_LATER.match(self.plain, self.words[place].end))

    def typed_form(self, word: PlacedWord) -> str:
        """Return ``word`` as it was typed."""
        return self.typed[self.places[word.start] : self.places[word.end]]

    @cached_property
    def _has_capitals(self) -> bool:
        return bool(_CAPITAL.search(self.typed))

    def words_before(self, place: int, count: int) -> list[PlacedWord]:
        """Return the ``count`` words, or fewer, that begin before ``place`` in the folded text."""
        end = bisect_left(self.words, place, key=lambda word: word.start)
        return self.words[max(0, end - count) : end]

    @cached_property
    def _word_places(self) -> dict[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(self.words):
            found[word.text].append(place)
        return found

    def find(self, is_wanted: Callable[[str], object]) -> list[int]:
        """Return the numbers of the words that ``is_wanted``, which is asked once for each different word."""
        return sorted(place for word, places in self._word_places.items() if is_wanted(word) for place in places)

    def between(self, first: int, second: int) -> str:
        """Return what stands between the word ``first`` and the word ``second``, by their numbers."""
        return self.plain[self.words[first].end : self.words[second].start]

    def ends_sentence(self, first: int, second: int) -> bool:
        """Tell whether a sentence ends between the words ``first`` and ``second``."""
        return bool(_END_OF_SENTENCE.search(self.plain, self.words[first].end, self.words[second].start))

    def without(self, spans: Iterable[Span], cover: str) -> str:
        """Return what was typed with ``cover`` in the place of each of ``spans``, neighbours as one."""
        return without(self.typed, self.covered(spans), cover)

    def covered(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield the places in what was typed that ``spans`` cover, neighbours as one."""
        for start, last in self._merged(spans):
            end = last
            while (
                end < len(self.plain) and self.places[end] == self.places[end - 1]
            ):  # half of a letter that folds to two
                end += 1
            yield Span(self.places[start], self.places[end])

    def _merged(self, spans: Iterable[Span]) -> list[Span]:
        merged: list[Span] = []
        for span in sorted(spans):
            if merged and (span.start <= merged[-1].end or _NOTHING.fullmatch(self.plain, merged[-1].end, span.start)):
                merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
            elif span.end > span.start:
                merged.append(span)
        return merged


def _without_accents(plain: str) -> str:
    """Return a folded Latin letter without its accent, and anything else as it is."""
    if len(plain) != 1 or plain.isascii():
        return plain
    letter = unicodedata.normalize("NFKD", plain)[0]
    return letter if letter.isascii() and letter.isalpha() else plain


def read_text(text: str) -> ReadText:
    """Return ``text`` folded and with its places."""
    folded: list[str] = []
    places: list[int] = []
    for run in _RUN.finditer(text):
        start, end = run.span()
        plain = fold(run[0]) if len(run[0]) > 1 and run[0].isascii() else _without_accents(fold(run[0]))
        folded.append(plain)
        # What does not fold one to one is a single letter.
        places += range(start, end) if len(plain) == end - start else [start] * len(plain)
    return ReadText(text, "".join(folded), [*places, len(text)])


def without(text: str, covered: Iterable[Span], cover: str) -> str:
    """Return ``text`` with ``cover`` in the place of each of ``covered``, which are in their order."""
    kept, shown = [], 0
    for start, end in covered:
        kept.append(text[shown:start])
        shown = end
    return cover.join([*kept, text[shown:]])
