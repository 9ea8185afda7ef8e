"""Finds numbers and addresses in a text: telephones, documents, e-mail and post, however they are written."""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from complaints.visibility import texts
from complaints.visibility.texts import PlacedWord, ReadText, Span, house_word, is_of, without_article, words_of
from kit.arabic import fold

NUMBER_WORDS: Final = Path(__file__).parents[1] / "data" / "number_words.csv"
_HOME: Final = "962"
#: What a telephone number may begin with before the nine digits that are kept, the longest first.
_PREFIXES: Final = ("00962", "962", "0")
#: A mobile number of Jordan.
_MOBILE: Final = re.compile("(?:00962|962)?0?7[789][0-9]{7}")
_ATOM: Final = re.compile(r"[0-9]+|[^\W\d_]+")
#: A zero typed as the letter O.
_LETTER_O: Final = re.compile(r"(?<=[0-9])o+|o+(?=[0-9])|^o$")
_DIGIT: Final = re.compile("[0-9]")
#: How the numbers from eleven to nineteen end in dialects; in the file a hyphen stands for it.
_TEEN: Final = re.compile("[تط]?(?:ا?عشر?|اشر)$")
#: How hundreds end that are written as one word with how many they are.
_HUNDREDS: Final = re.compile("ما?يه$")
_HUNDRED: Final = "h"
_IN_ENGLISH: Final = re.compile("[a-z]+")
#: The digits of a number of hundreds.
_IN_HUNDREDS: Final = 3
#: Letters, and words that are no numbers, that may stand between two digits of one number.
_WIDEST_GAP, _MOST_WORDS = 30, 4
#: Between the digits of one group nothing but a few signs.
_GROUP_GAP: Final = 4
#: So many last digits tell whose number it is by themselves; so many after "it ends in".
_ENOUGH, _ENOUGH_AFTER_CUE = 6, 3
_CUE_REACH: Final = 6
_AND: Final = "و"
_SIGNS_BEFORE: Final = "+("


@dataclass
class _Digits:
    """The digits of a text in a row, with the place of each and the words that stand before it."""

    digits: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    #: How many digits there were behind the last hundreds, which "and" goes on with.
    hundreds: int = 0

    def add(self, digits: str, start: int, end: int, words: int) -> None:
        """Add digits that are one word, or one each for a row of figures."""
        is_row = end - start == len(digits)
        for place, digit in enumerate(digits):
            self.digits.append(digit)
            self.starts.append(start + place if is_row else start)
            self.ends.append(start + place + 1 if is_row else end)
            self.words.append(words if place == 0 else 0)

    def pop(self) -> tuple[str, int]:
        """Take the last digit away again; return it and where it began."""
        self.ends.pop()
        self.words.pop()
        return self.digits.pop(), self.starts.pop()

    def add_hundreds(self, unit: str, start: int, end: int, words: int) -> None:
        """Add so many hundreds."""
        self.add(f"{unit}00", start, end, words)
        self.hundreds = len(self.digits)

    def add_to_hundreds(self, meaning: str, end: int) -> None:
        """Put what follows "a hundred and" in the place of its noughts: digits, or a ten before what is there."""
        digits = meaning[0] + self.digits[-1] if meaning[-1] in "+t" else meaning
        self.digits[-len(digits) :] = digits
        self.ends[-_IN_HUNDREDS:] = [end] * _IN_HUNDREDS

    def ends_with_unit(self) -> bool:
        """Tell whether the last digit was written as a word of its own, of which there may be hundreds."""
        return self.hundreds < len(self.digits) and self.ends[-1] - self.starts[-1] > 1

    def is_close(self, first: int, last: int) -> bool:
        """Tell whether the digits ``first`` to ``last`` stand close enough together to be one number."""
        steps = range(first + 1, last + 1)
        if sum(self.words[place] for place in steps) > _MOST_WORDS:
            return False
        return all(self.starts[place] - self.ends[place - 1] <= _WIDEST_GAP for place in steps)

    def groups(self) -> Iterator[tuple[int, int]]:
        """Yield the first and last of the digits that stand together with nothing but signs between them."""
        first = 0
        for place in range(1, len(self.digits) + 1):
            is_end = place == len(self.digits)
            if is_end or self.words[place] or self.starts[place] - self.ends[place - 1] > _GROUP_GAP:
                yield first, place - 1
                first = place


def spoken_numbers(text: ReadText) -> Iterator[tuple[Span, str]]:
    """Yield each number of ``text``, in figures or words, and its digits: "twenty-seven" is 27."""
    row = _find_digits(text)
    joined = "".join(row.digits)
    for first, last in row.groups():
        yield Span(row.starts[first], row.ends[last]), joined[first : last + 1]


def number_spans(text: ReadText, *, phone: str, numbers: Sequence[str]) -> Iterator[Span]:
    """Yield where ``phone``, in international form, or one of ``numbers`` of documents stands, or its last digits."""
    row = _find_digits(text)
    domestic = phone.lstrip("+").removeprefix("00").removeprefix(_HOME).lstrip("0")
    wanted = [number for number in (domestic, *numbers) if number.isdigit()]
    joined = "".join(row.digits)
    for number in wanted:
        if len(number) >= _ENOUGH:
            yield from _whole(text, row, joined, number, has_prefix=number == domestic)
            yield from _ends(text, row, joined, number)
    yield from _announced(text, row, joined)
    for number in numbers:
        if number and not number.isdigit():
            yield from (Span(*found.span()) for found in re.finditer(_spaced(number), text.plain))


def _spaced(number: str) -> str:
    return r"(?<![^\W_])" + r"[\W_]{0,3}".join(map(re.escape, number.lower())) + r"(?![^\W_])"


def _whole(text: ReadText, row: _Digits, joined: str, number: str, *, has_prefix: bool) -> Iterator[Span]:
    place = joined.find(number)
    while place >= 0:
        last = place + len(number) - 1
        if row.is_close(place, last):
            first = _with_prefix(row, joined, place) if has_prefix else place
            yield Span(_with_signs(text, row.starts[first]), row.ends[last])
        place = joined.find(number, place + 1)


def _with_signs(text: ReadText, start: int) -> int:
    """Return where the plus and the bracket before a number begin."""
    while start and text.plain[start - 1] in _SIGNS_BEFORE:
        start -= 1
    return start


def _with_prefix(row: _Digits, joined: str, place: int) -> int:
    """Return where a number that begins at ``place`` begins with its 0 or the code of the country."""
    for prefix in ("009620", "9620", *_PREFIXES):
        first = place - len(prefix)
        if first >= 0 and joined[first:place] == prefix and row.is_close(first, place):
            return first
    return place


def _ends(text: ReadText, row: _Digits, joined: str, number: str) -> Iterator[Span]:
    """Yield groups of digits that are the end of ``number``: long ones, and short ones that are said to be its end."""
    for first, last in row.groups():
        digits = joined[first : last + 1]
        if len(digits) < len(number) and number.endswith(digits) and (
            len(digits) >= _ENOUGH or (len(digits) >= _ENOUGH_AFTER_CUE and _is_said_to_end(text, row.starts[first]))
        ):  # fmt: skip
            yield Span(row.starts[first], row.ends[last])


def _announced(text: ReadText, row: _Digits, joined: str) -> Iterator[Span]:
    """Yield mobile numbers that somebody calls their own or a relative's, also those that are not registered."""
    for first, last in row.groups():
        is_own = _MOBILE.fullmatch(joined, first, last + 1) and any(
            is_of(kind, word.text)
            for word in text.words_before(row.starts[first], _CUE_REACH // 2)
            for kind in ("contact", "relative")
        )
        if is_own:
            yield Span(_with_signs(text, row.starts[first]), row.ends[last])


def _is_said_to_end(text: ReadText, start: int) -> bool:
    return any(is_of("number_end", word.text) for word in text.words_before(start, _CUE_REACH))


# ---- digits ----


def _find_digits(text: ReadText) -> _Digits:
    row, multiplier, before = _Digits(), 1, -1
    for place in text.find(_is_number):
        word = text.words[place]
        # "Seven and twenty" with a space behind its "and".
        joint = _AND if place and text.words[place - 1].text == _AND and before < place - 1 else ""
        words, before = place - before - 1 - len(joint), place
        for atom in _ATOM.finditer(_LETTER_O.sub(lambda found: "0" * len(found[0]), word.text)):
            meaning = atom[0] if atom[0].isdigit() else _meaning(atom[0])
            if meaning.startswith("x"):
                multiplier = int(meaning[1:])
            elif meaning and not (meaning == _HUNDRED and _is_water(text, row, place, words)):
                span = Span(word.start + atom.start(), word.start + atom.end())
                _take(row, meaning * multiplier if meaning.isdigit() else meaning, joint + atom[0], span, words)
                words, multiplier = 0, 1
    return row


def _is_water(text: ReadText, row: _Digits, place: int, words: int) -> bool:
    """Tell whether the word for a hundred, also one for water, counts nothing: no number stands right beside it."""
    counts = row.ends_with_unit() and not words
    after = text.words[place + 1].text if place + 1 < len(text.words) else ""
    return not counts and not (after.startswith(_AND) and _meaning(after))


def _is_number(word: str) -> bool:
    return bool(_meaning(word) or _DIGIT.search(word) or word == "o")


def _take(row: _Digits, meaning: str, word: str, span: Span, words: int) -> None:
    """Add what a word means.

    ``*`` repeats its digit as often as the digit before says, ``+`` is a ten, ``t`` makes the digit before ten more,
    ``h`` is so many hundreds, or as many as the digit before says.
    """
    start, end = span
    is_after_hundreds = row.hundreds == len(row.digits) > 0 and not words and not meaning.endswith("*")
    if is_after_hundreds and (word.startswith(_AND) or _IN_ENGLISH.fullmatch(word) or meaning.endswith("t")):
        row.add_to_hundreds(meaning, end)
    elif meaning.endswith(_HUNDRED):
        unit, start = (
            row.pop() if len(meaning) == 1 and row.ends_with_unit() and not words else (meaning[:-1] or "1", start)
        )
        row.add_hundreds(unit, start, end, words)
    elif meaning.endswith("*"):
        times, start = row.pop() if row.digits and not words else ("1", start)
        row.add(meaning[0] * int(times), start, end, words)
    elif meaning.endswith("+"):
        is_compound = row.digits and not words and word.startswith("و")  # سبعة وسبعين
        unit, start = row.pop() if is_compound else ("" if word.isascii() else "0", start)
        row.add(meaning[0] + unit, start, end, words)
    elif meaning.endswith("t"):
        unit, start = row.pop() if row.digits and not words and word[0] != "و" else ("0", start)  # ثلاثة عشر, عشرة
        row.add(meaning[0] + unit, start, end, words)
    else:
        row.add(meaning, start, end, words)


def _meaning(word: str) -> str:
    known = _number_words()
    if word in known:
        return known[word]
    if word[:1] == "و" and len(word) > 1:
        return _meaning(word[1:])
    if "عش" in word[-3:] or word.endswith("اشر"):
        return known.get(_TEEN.sub("-", word), "")
    counted, hundreds = _HUNDREDS.subn("", word)
    unit = known.get(counted) or known.get(f"{counted}-", "")[-1:] if hundreds else ""
    return f"{unit}{_HUNDRED}" if len(unit) == 1 else ""


@cache
def _number_words() -> dict[str, str]:
    with NUMBER_WORDS.open(encoding="utf-8", newline="") as rows:
        return {word: row["digits"] for row in csv.DictReader(rows) for word in row["words"].split()}


# ---- Finds an e-mail address and a postal address in a text, however their parts are joined. ----


_AT: Final = frozenset({"at", "ات", "ءات", "ايت", "اط", "عند"})
_DOT: Final = frozenset({"dot", "دوت", "نقطه", "نقطة", "بوينت", "point"})
_JOINT: Final = frozenset(
    ("underscore", "under", "score", "شرطه", "سفليه", "اندرسكور", "داش", "dash", "hyphen", "minus", "plus", "ناقص")
)
_SIGNS: Final = _AT | _DOT | _JOINT
#: Words of a written-out address at most.
_LONGEST_ADDRESS_WORDS: Final = 24
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
    yield from _announced_addresses(text)
    local, _, domain = fold(email).partition("@")
    atoms = re.findall(r"[^\W_]+", local)
    if not atoms or not domain:
        return
    for start in text.find(lambda word: _is_spelt(word, atoms[0])):
        words = [word for word in text.words[start : start + _LONGEST_ADDRESS_WORDS] if word.text not in _SIGNS]
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
    is_in_arabic = texts.is_arabic(word) and len(atom) > 2  # noqa: PLR2004
    return is_in_arabic and len(texts.skeleton(word)) > 1 and texts.skeleton(word) == texts.skeleton(atom)


def _announced_addresses(text: ReadText) -> Iterator[Span]:
    for cue in text.find(partial(is_of, "email")):
        near = text.words[cue + 1 : cue + 1 + _LONGEST_ADDRESS_WORDS // 2]
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
