"""Finds an e-mail address and a postal address in a text, however their parts are joined."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import Final

from complaints.visibility import spellings
from complaints.visibility.numbers import spoken_numbers
from complaints.visibility.texts import PlacedWord, ReadText, Span
from complaints.visibility.vocabulary import house_word, is_of, without_article, words_of
from kit.arabic import fold

_AT: Final = frozenset({"at", "ات", "ءات", "ايت", "اط", "عند"})
_DOT: Final = frozenset({"dot", "دوت", "نقطه", "نقطة", "بوينت", "point"})
_JOINT: Final = frozenset(
    ("underscore", "under", "score", "شرطه", "سفليه", "اندرسكور", "داش", "dash", "hyphen", "minus", "plus", "ناقص")
)
_SIGNS: Final = _AT | _DOT | _JOINT
#: Words of a written-out address at most.
_MOST_WORDS: Final = 24
#: Letters between two parts of an address.
_GAP: Final = 16
#: A local part shorter than this is found only before an "at", or after so many words from "my e-mail".
_SHORT_LOCAL: Final = 6
_SAID_BEFORE: Final = 2
#: Words of "behind" and a landmark's kind, which has a name if there are more.
_LANDMARK: Final = 2
#: Words of a postal address are looked for so many words around each other.
_NEAR: Final = 6
#: Words of a number at most: "one hundred and forty-two" ends so far behind "building".
_SPOKEN: Final = 5
_SEGMENTS: Final = re.compile(r"[،,;؛\n/|]|\s[-–—]\s")
#: They tell with their number alone; in the words that ``house_word`` gives.
_HOUSES: Final = frozenset({"منزل", "بنايه", "شقه", "فيلا"})
#: Letters and figures written as one: شقة7.
_PIECES: Final = re.compile(r"[0-9]+|[^\W\d_]+")
_FILLERS: Final = frozenset({"في", "من", "ال", "the", "of", "in", "حي", "رقم"})


# ---- e-mail ----


def email_spans(text: ReadText, email: str) -> Iterator[Span]:
    """Yield where ``email`` stands, its signs written as words or not, and its first half alone if it is telling.

    Any address that is announced as "my e-mail" is yielded too.
    """
    yield from _announced(text)
    local, _, domain = fold(email).partition("@")
    atoms = re.findall(r"[^\W_]+", local)
    if not atoms or not domain:
        return
    for start in text.find(lambda word: _is_spelt(word, atoms[0])):
        words = [word for word in text.words[start : start + _MOST_WORDS] if word.text not in _SIGNS]
        found = words[: len(atoms)]
        if (
            len(found) == len(atoms)
            and all(map(_is_spelt, (word.text for word in found), atoms))
            and _are_joined(found)
        ):
            yield from _email_from(text, words, atoms)


def _is_spelt(word: str, atom: str) -> bool:
    if word == atom:
        return True
    if len(atom) == 1:
        return f"{atom}={word}" in words_of("latin_letter")
    is_in_arabic = spellings.is_arabic(word) and len(atom) > 2  # noqa: PLR2004
    return is_in_arabic and len(spellings.skeleton(word)) > 1 and spellings.skeleton(word) == spellings.skeleton(atom)


def _announced(text: ReadText) -> Iterator[Span]:
    for cue in text.find(partial(is_of, "email")):
        near = text.words[cue + 1 : cue + 1 + _MOST_WORDS // 2]
        words = [word for word in near if word.text not in _SIGNS and not is_of("between", word.text)]
        at = next((end for end, (one, other) in enumerate(pairwise(words)) if _is_at(text, one, other)), None)
        if at is not None and _are_joined(words[: at + 1]):
            end = _end_of_domain(text, words, at + 1)
            if end > at + 1:
                yield Span(words[0].start, words[end].end)


def _end_of_domain(text: ReadText, words: Sequence[PlacedWord], end: int) -> int:
    while end + 1 < len(words) and _is_dot(text, words[end], words[end + 1]):
        end += 1
    return end


def _are_joined(words: Sequence[PlacedWord]) -> bool:
    return all(second.start - first.end <= _GAP for first, second in pairwise(words))


def _email_from(text: ReadText, words: Sequence[PlacedWord], atoms: Sequence[str]) -> Iterator[Span]:
    """Yield the address whose first half is the first of ``words``."""
    end = len(atoms) - 1
    is_address = end + 1 < len(words) and _is_at(text, words[end], words[end + 1])
    if is_address:
        end = _end_of_domain(text, words, end + 1)
    joined = "".join(atoms)
    is_said = any(is_of("email", word.text) for word in text.words_before(words[0].start, _SAID_BEFORE))
    is_telling = (is_said or len(joined) >= _SHORT_LOCAL) and (len(atoms) > 1 or not joined.isalpha())
    if is_address or (is_telling and words[0].text == atoms[0]):
        yield Span(words[0].start, words[end].end)


def _is_at(text: ReadText, first: PlacedWord, second: PlacedWord) -> bool:
    between = text.plain[first.end : second.start]
    return len(between) <= _GAP and ("@" in between or not _AT.isdisjoint(re.findall(r"[^\W_]+", between)))


def _is_dot(text: ReadText, first: PlacedWord, second: PlacedWord) -> bool:
    between = text.plain[first.end : second.start]
    if "\n" in between or len(between) > _GAP:
        return False
    is_sign = bool(re.fullmatch(r"\s?[.\-]|[.\-]\s?", between)) and second.text.isascii()
    return is_sign or not _DOT.isdisjoint(re.findall(r"[^\W_]+", between))


# ---- postal address ----


@dataclass(frozen=True)
class Segment:
    """One part of a postal address between two commas."""

    words: frozenset[str]
    is_telling: bool
    #: The preposition that must come first: "behind the bakery" is not "the bakery behind".
    first: str = ""

    @property
    def has_number(self) -> bool:
        """Tell whether a number in figures is in this part."""
        return any(word.isdigit() for word in self.words)


def address_segments(address: str) -> list[Segment]:
    """Return the parts of a postal address, and which of them tells a house by itself."""
    found = []
    for words in _pieces_of(address):
        bare = frozenset(house_word(without_article(word)) for word in words if word not in _FILLERS)
        if bare:
            first = house_word(words[0]) if is_of("nearness", words[0]) else ""
            found.append(Segment(bare, is_telling=_names_a_house(words), first=first))
            if first and len(bare) > _LANDMARK:
                # After "my house" the landmark tells whatever stands before it.
                found.append(Segment(bare - {first}, is_telling=False))
    return found


def _pieces_of(address: str) -> Iterator[list[str]]:
    """Yield the words of each part of an address, which also begins at "opposite" or "behind" within a longer one."""
    for part in _SEGMENTS.split(address):
        words = _PIECES.findall(fold(part))
        starts = [place for place, word in enumerate(words) if word in words_of("nearness") and place > 1]
        for start, end in pairwise((0, *starts, len(words))):
            yield words[start:end]


def _names_a_house(words: Sequence[str]) -> bool:
    """Tell whether these words name one house: "Rose building", "house 9", not "floor 2" nor "near the school"."""
    if any(word.isdigit() for word in words) and not _HOUSES.isdisjoint(map(house_word, map(without_article, words))):
        return True
    generic = [word for word in words if is_of("part_of_house", without_article(word)) or word.isdigit()]
    others = len(words) - len(generic)
    return bool(generic) and others > is_of("nearness", words[0])


def address_spans(text: ReadText, segments: Sequence[Segment], *, is_place: bool = False) -> Iterator[Span]:
    """Yield the parts of a postal address that stand in the text.

    A part tells by itself if it names a house, or after "I live in"; a quarter or a town does only beside another part.
    In a text that is a place (``is_place``) a part of several words tells.
    """
    spoken = _spoken(text) if any(segment.has_number for segment in segments) else {}
    found = sorted(
        (span, number) for number, segment in enumerate(segments) for span in _segment_spans(text, segment, spoken)
    )
    for place, (span, number) in enumerate(found):
        segment = segments[number]
        neighbours = (*found[max(0, place - 1) : place], *found[place + 1 : place + 2])
        is_beside = any(other != number and _are_near(span, near) for near, other in neighbours)
        is_long = len(segment.words) > 1
        is_own = is_beside or is_place or _is_home(text, span)
        if segment.is_telling or (is_long and is_own) or (is_place and is_beside):
            yield span


def _are_near(one: Span, other: Span) -> bool:
    return max(one.start, other.start) - min(one.end, other.end) <= _GAP


def _segment_spans(text: ReadText, segment: Segment, spoken: Mapping[int, str]) -> Iterator[Span]:
    """Yield where all words of a segment stand close together, in any order."""
    places = text.find(lambda word: not segment.words.isdisjoint(_bare_forms(word)))
    if segment.has_number:
        places = sorted({*places, *(place for place, digits in spoken.items() if digits in segment.words)})
    for number, place in enumerate(places):
        if segment.first and segment.first not in _bare_forms(text.words[place].text):
            continue
        reach = len(segment.words) + (_SPOKEN if spoken else 2)
        near = [one for one in places[number : number + len(segment.words) + 1] if one - place < reach]
        seen: set[str] = set()
        for one in near:
            seen.update(segment.words & (_bare_forms(text.words[one].text) | {spoken.get(one, "")}))
            if seen == segment.words:
                yield _whole_span(text, place, one)
                break


def _spoken(text: ReadText) -> dict[int, str]:
    """Return each number of the text, by the word with which it ends: "twenty-seven" is 27."""
    return {
        bisect_left(text.words, span.end, key=lambda word: word.end): digits for span, digits in spoken_numbers(text)
    }


def _whole_span(text: ReadText, first: int, last: int) -> Span:
    """Return the words with the preposition, the "street" or the "number" that belongs to them."""
    while first and text.words[first - 1].text in {"حي", "رقم", "no", "number"}:
        first -= 1
    return Span(text.words[first].start, text.words[last].end)


@lru_cache(maxsize=8192)
def _bare_forms(word: str) -> frozenset[str]:
    forms = {word, without_article(word), *_PIECES.findall(word)}
    if word[:1] in "وبلف" and len(word) > 3:  # noqa: PLR2004
        forms |= {word[1:], without_article(word[1:])}
    if word.startswith("لل"):
        forms.add(word[2:])
    return frozenset((*forms, *map(house_word, forms)))


def _is_home(text: ReadText, span: Span) -> bool:
    return any(is_of("home", word.text) for word in text.words_before(span.start, _NEAR))
