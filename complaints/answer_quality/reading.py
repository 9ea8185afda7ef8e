"""What the passages of an answer say: which words are stock, which are the citizen's own, and which say something."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from agencies.models import PhraseCategory as Category
from complaints.answer_quality.lexicon import Found, Lexicon
from complaints.answer_quality.words import Passage, Word, passages

#: Phrases of these categories say nothing about the case.
EMPTY: Final = (
    Category.COURTESY,
    Category.FORMULA,
    Category.PROCESS,
    Category.PROMISE,
    Category.REFERRAL,
    Category.PADDING,
    Category.BLAME,
    Category.RETELLING,
)
#: How many words after "department of" belong to its name.
_NAME_WORDS: Final = 2
_DAY: Final = re.compile(
    r"(?:[0-3]?\d)[/\-.](?:[01]?\d)(?:[/\-.](?:20)?\d\d)?$|20\d\d[/\-](?:[01]?\d)[/\-](?:[0-3]?\d)$"
)
_LONGEST_AMOUNT: Final = 7

#: Words that say why, by what right, or how a service works; they are counted once for each category.
SUPPORT: Final = frozenset({Category.REASON, Category.BASIS, Category.INFORMATION})


class Token(StrEnum):
    """What a word of a passage is that is not stock."""

    ACT = "act"
    DAY = "day"
    AMOUNT = "amount"
    NUMBER_WORD = "number_word"
    SPECIFIC = "specific"
    SHARED = "shared"


#: What a word of a category is; the first that fits counts. None where it says nothing by itself.
_BY_CATEGORY: Final[Mapping[Category, Token | None]] = {
    Category.FUNCTION: None,
    Category.DATE: Token.DAY,
    Category.NUMBER: Token.NUMBER_WORD,
    Category.ACT: Token.ACT,
    Category.OFFICE: None,
    Category.REFERENCE: None,
    Category.UNIT: None,
    Category.MEASURE: None,
}
#: What a word adds to the substance of its passage.
_WEIGHTS: Final[Mapping[Token, float]] = {
    Token.ACT: 1.5,
    Token.DAY: 1.5,
    Token.AMOUNT: 2.0,
    Token.NUMBER_WORD: 1.0,
    Token.SPECIFIC: 0.5,
    Token.SHARED: 0.2,
}
_SUPPORT: Final = 1.5
#: More words of the citizen in one passage add nothing.
_MOST_SHARED: Final = 3
#: Shorter words add nothing.
_SHORTEST: Final = 3
#: What is left of that where the passage begins with stock words of a category.
_SHARES_KEPT: Final = {
    Category.COURTESY: 0.3,
    Category.FORMULA: 0.5,
    Category.PROCESS: 0.5,
    Category.PROMISE: 0.4,
    Category.REFERRAL: 0.4,
    Category.PADDING: 0.25,
    Category.BLAME: 0.3,
    Category.RETELLING: 0.2,
}
_SHARE_OF_A_DATED_PROMISE: Final = 0.8


@dataclass(frozen=True, kw_only=True)
class PassageReading:
    """One passage: its text, the categories of its stock phrases in their order, and how much it says.

    ``told`` counts its words that are not stock; ``has_support`` tells that it gives a cause, a basis or information.
    """

    text: str
    categories: tuple[Category, ...]
    value: float
    told: Counter[Token]
    has_support: bool

    @property
    def can_be_checked(self) -> bool:
        """Tell whether it names an act, a day or an amount: what somebody else could check."""
        return any(self.told[token] for token in (Token.ACT, Token.DAY, Token.AMOUNT, Token.NUMBER_WORD))

    @property
    def gives_a_day(self) -> bool:
        """Tell whether it names a day, or an amount such as that of the days it takes."""
        return any(self.told[token] for token in (Token.DAY, Token.AMOUNT, Token.NUMBER_WORD))


def read(text: str, lexicon: Lexicon, *, known: Collection[str]) -> list[PassageReading]:
    """Return the readings of the passages of ``text``; ``known`` are the keys of the citizen's words."""
    return [_read(passage, lexicon, known) for passage in passages(text)]


def _read(passage: Passage, lexicon: Lexicon, known: Collection[str]) -> PassageReading:
    found = list(lexicon.find(passage.words))
    empty = [each for each in found if each.phrase.category in EMPTY]
    support = {each.phrase.category for each in found} & SUPPORT
    if any(word.is_address for word in passage.words):
        support.add(Category.INFORMATION)
    told = _facts_counted(passage.words, [lexicon.categories(word) for word in passage.words], empty, known)
    categories = tuple(dict.fromkeys(each.phrase.category for each in empty))
    value = sum(_WEIGHTS[token] * number for token, number in told.items()) + len(support) * _SUPPORT
    value -= max(0, told[Token.SHARED] - _MOST_SHARED) * _WEIGHTS[Token.SHARED]
    return PassageReading(
        text=passage.text,
        categories=categories,
        value=value * _share_kept(categories, is_dated=told[Token.DAY] > 0),
        told=told,
        has_support=bool(support),
    )


def _share_kept(categories: Sequence[Category], *, is_dated: bool) -> float:
    """Return the share of its words' weight that a passage with these stock phrases keeps."""
    left = min((_SHARES_KEPT[each] for each in categories), default=1.0)
    return max(left, _SHARE_OF_A_DATED_PROMISE) if Category.PROMISE in categories and is_dated else left


def _facts_counted(
    text: Sequence[Word], marks: Sequence[frozenset[Category]], empty: Sequence[Found], known: Collection[str]
) -> Counter[Token]:
    """Count the words of a passage that are not stock, by what they are."""
    covered = {place for each in empty for place in range(each.start, each.end)}
    named = _named(text, marks)
    kinds = (_token(text, marks, place, known) for place in range(len(text)) if place not in covered | named)
    return Counter(kind for kind in kinds if kind is not None)


def _token(
    text: Sequence[Word], marks: Sequence[frozenset[Category]], place: int, known: Collection[str]
) -> Token | None:
    word, of_word = text[place], marks[place]
    if word.is_number:
        return _number(text, marks, place, known)
    for category, token in _BY_CATEGORY.items():
        if category in of_word:
            return token
    if word.key in known:
        return Token.SHARED
    return Token.SPECIFIC if len(word.text) >= _SHORTEST else None


def _named(text: Sequence[Word], marks: Sequence[frozenset[Category]]) -> set[int]:
    """Return the places of words that belong to the name of an office."""
    named = set[int]()
    for place, of_word in enumerate(marks):
        if Category.UNIT in of_word:
            for after in range(place + 1, min(place + 1 + _NAME_WORDS, len(text))):
                if text[after].is_number or marks[after] & {Category.FUNCTION, Category.ACT}:
                    break
                named.add(after)
    return named


def _number(
    text: Sequence[Word], marks: Sequence[frozenset[Category]], place: int, known: Collection[str]
) -> Token | None:
    """Return whether a number is a day or an amount; None for that of a letter, and for what the citizen wrote."""
    number = text[place].text
    is_day = bool(_DAY.match(number))
    before = frozenset[Category]().union(*marks[max(0, place - 2) : place])
    if number in known or Category.REFERENCE in before or (len(number) > _LONGEST_AMOUNT and not is_day):
        return None
    around = frozenset[Category]().union(*marks[max(0, place - 1) : place + 2])
    return Token.DAY if is_day or Category.DATE in around else Token.AMOUNT
