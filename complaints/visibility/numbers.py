"""Finds telephone and document numbers in a text, in whatever digits or words and with whatever between them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from complaints.visibility.texts import ReadText, Span
from complaints.visibility.vocabulary import is_of

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
