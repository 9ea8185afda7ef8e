"""What the passages of an answer say: which words are stock, which are the citizen's own, and which say something."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import log
from pathlib import Path
from typing import Final

from agencies.models import PhraseCategory as Category
from agencies.reference_data import DATA as REFERENCE_DATA
from complaints.answer_quality.lexicon import Found, Lexicon, Passage, Word, is_arabic, is_latin, passages, words

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


# ---- In which language a text is written: Arabic, English, another one, or too short or mixed to tell. ----


#: A language in which the service does not answer.
OTHER: Final = "other"
#: Share of the letters of a text that decides on its script, and the least words to decide where words stand apart.
_SHARE, _LEAST_WORDS = 0.75, 4
#: Scripts other than these two may write a sentence without a space: so many letters decide.
_LEAST_LETTERS: Final = 8
#: So many frequent words of other languages, and more than of English, tell that a text is not English.
_LEAST_FOREIGN: Final = 2
#: Frequent words of English that are none in the languages below.
_ENGLISH: Final = (
    "the of and to were are been be with from that this it its you your our have had not will would should within "
    "after before about into under there they their his her which who when than out by for at was is"
)
#: Frequent words of what else is written in Latin letters and none of English: French, Spanish, Portuguese, Italian,
#: German, Turkish, Indonesian, Tagalog and Somali, and Arabic as it is typed on a telephone.
_ELSEWHERE: Final = (
    "le la les de des du et est un une dans pas que qui sur avec nous vous depuis sont los las en y del por con para "
    "una se uma um dos di che il della der das und ist nicht ein eine mit zu auf seit ve bir bu ama yok yang tidak "
    "dengan ang ng mga hindi waa iyo el fi ma mish msh bas bs ana ya illi wa w sho shu kol"
)
_ENGLISH_WORDS, _FOREIGN_WORDS = frozenset(_ENGLISH.split()), frozenset(_ELSEWHERE.split())
_ACCENTED: Final = re.compile("[\u00df-\u024f\u1e00-\u1eff]")
#: Letters that Persian, Urdu and Kurdish have and Arabic has not; so large a share of the words with one of them tells.
_NOT_ARABIC: Final = re.compile(
    "[\u0679\u067e\u0686\u0688\u0691\u0698\u06af\u06ba\u06be\u06c1\u06c6\u06ce\u06d2\u06d5]"
)
_MOST_NOT_ARABIC: Final = 0.2


def language(text: Sequence[Word]) -> str:
    """Return the language of a text: "ar", "en", ``OTHER``, or "" where it is too short or mixed to tell."""
    spoken = [word.text for word in text if not word.is_number]
    letters = Counter(_script(word) for word in spoken for _letter in word)
    if not letters:
        return ""
    script, number = letters.most_common(1)[0]
    is_enough = len(spoken) >= _LEAST_WORDS or (script == OTHER and number >= _LEAST_LETTERS)
    if not is_enough or number < _SHARE * letters.total():
        return ""
    is_ours = {"ar": _is_arabic, "en": _is_english}
    return script if script in is_ours and is_ours[script](spoken) else OTHER


def _script(word: str) -> str:
    if is_arabic(word):
        return "ar"
    return "en" if is_latin(word) else OTHER


def _is_arabic(spoken: Sequence[str]) -> bool:
    return sum(map(bool, map(_NOT_ARABIC.search, spoken))) <= _MOST_NOT_ARABIC * len(spoken)


def _is_english(spoken: Sequence[str]) -> bool:
    """Tell whether words in Latin letters are not clearly another language, by its frequent words and its accents."""
    foreign = sum(word in _FOREIGN_WORDS or bool(_ACCENTED.search(word)) for word in spoken)
    return foreign < _LEAST_FOREIGN or foreign <= sum(word in _ENGLISH_WORDS for word in spoken)


# ---- Whether an answer speaks of its case: by the rare words that both have, and by those of the case's group
# of topics.
#
# How rare a word is, and to which group it belongs, is counted in the project's example cases.


_DATA: Final = Path(__file__).parents[1] / "data"
_TEXTS: Final = ("subject", "details", "found", "solved", "partly", "refused")
#: A word of more groups than these is nobody's.
_MOST_GROUPS: Final = 4

#: A word of one text alone is an accident.
_LEAST_TEXTS: Final = 2
#: Groups that speak of everything.
_GENERAL: Final = frozenset({"svc", "other", "integrity"})
#: Who wrote or answered in fewer words that tell something may have left out what the other names.
_LEAST_ASKED, _LEAST_SAID = 6, 12
#: Words that are rarer than one text in seven count as they are rare; an answer that shares less misses its case.
_RARE: Final = 2.0
_LEAST_SHARED: Final = 3.0
#: So much of the vocabulary of the case's group shows that an answer speaks of it in words of its own.
_LEAST_OF_GROUP: Final = 0.15
#: By so much another group leads where an answer clearly speaks of that one.
_CLEARLY_OTHER: Final = 0.9
#: A number of so many digits is the citizen's: whoever names it speaks of the case.
_NUMBER_DIGITS: Final = 4


def misses(answer: Sequence[Word], case: Sequence[Word], *, group: str) -> bool:
    """Tell whether an answer takes up nothing of what the citizen wrote.

    A long one must then have next to no word of its ``group`` of topics, a short one clearly those of another group.
    """
    said, asked = _telling(answer), _telling(case)
    if not group or group in _GENERAL or len(asked) < _LEAST_ASKED or _numbers(answer) & _numbers(case):
        return False
    if sum(rarity for key in said & asked if (rarity := _rarity(key)) > _RARE) >= _LEAST_SHARED:
        return False
    if _of_group(said, group) < _LEAST_OF_GROUP and len(said) >= _LEAST_SAID:
        return True
    others = (_of_group(said, other) for other in _names() - _GENERAL - {group})
    return max(others, default=0.0) - _of_group(said, group) > _CLEARLY_OTHER


def _telling(text: Sequence[Word]) -> set[str]:
    return {word.key for word in text if not word.is_number and len(word.text) >= _SHORTEST}


def _numbers(text: Sequence[Word]) -> set[str]:
    return {word.text for word in text if word.is_number and sum(map(str.isdigit, word.text)) >= _NUMBER_DIGITS}


def _of_group(keys: Iterable[str], group: str) -> float:
    return sum(_vocabulary().get(key, {}).get(group, 0.0) for key in keys)


def _rarity(key: str) -> float:
    counts = _counts()
    return log((counts.texts + 1) / (sum(counts.by_key.get(key, {}).values()) + 1))


@cache
def subject_group(topic: str) -> str:
    """Return the code of the group of a topic by the project's file; empty for a topic that people added."""
    return _groups().get(topic, "")


@cache
def _groups() -> Mapping[str, str]:
    return {row["code"]: row["parent"] or row["code"] for row in _rows(REFERENCE_DATA / "topics.csv")}


@cache
def _vocabulary() -> Mapping[str, Mapping[str, float]]:
    """Return how much each word belongs to each group: the rarer among the groups, the more."""
    return {
        key: {name: number / found.total() / len(found) for name, number in found.items()}
        for key, found in _counts().by_key.items()
        if len(found) <= _MOST_GROUPS and found.total() >= _LEAST_TEXTS
    }


@cache
def _names() -> frozenset[str]:
    return frozenset(_groups().values())


@dataclass(frozen=True)
class _Counts:
    """In how many texts of each group a word stands, and how many texts there are."""

    by_key: Mapping[str, Counter[str]]
    texts: int


@cache
def _counts() -> _Counts:
    by_key: dict[str, Counter[str]] = defaultdict(Counter)
    texts = list(_texts())
    for topic, text in texts:
        for key in _telling(words(text)):
            by_key[key][_groups()[topic]] += 1
    return _Counts(by_key, len(texts))


def _texts() -> Iterator[tuple[str, str]]:
    for row in _rows(REFERENCE_DATA / "topics.csv"):
        yield row["code"], f"{row['name_ar']} {row['name_en']}"
    for row in _rows(_DATA / "sample_cases.csv"):
        yield row["category_code"], f"{row['subject']} {row['body']}"
    for row in _rows(_DATA / "simulated_texts.csv"):
        yield row["topic"], " ".join(row[name] for name in _TEXTS)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
