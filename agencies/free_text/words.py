"""Splits a text into words, and gives the keys by which spellings of one word meet: dialect, errors, Latin letters.

Pure: no database. An Arabic word is compared by itself, by its stem, and by the consonants of its stem, on which broken
plurals, most errors of spelling and Arabic in Latin letters («ma2too3a») agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from kit.arabic import fold

#: What a stem keeps at least; and what of consonants tells one word from another.
ROOT = 3
#: From so many letters on, one wrong letter is forgiven.
FORGIVEN = 5
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: What is longer is no word, and would fill what is remembered of words.
LONGEST_WORD = 40
_SENTENCE = re.compile(r"[.!?؟;؛\n،,:]+")
#: "There is no" is one word, however it is written.
_THERE_IS_NO = re.compile(
    r"\bما (?:في|فيه|فيها|فيهم|فيش|عنا|عندنا|عندي|عنده)\b|\bلا يوجد\b|\bعدم وجود\b"
    r"|\bma f[ei]+h?\b|\bno(?:t any)?\b|\bthere isnt\b"
)
NONE = "مافي"
_EDGES = re.compile(r"^\W+|\W+$")
_REPEATED = re.compile(r"(.)\1{2,}")
_ARABIC = re.compile("[\u0620-\u064a]+")
_LATIN = re.compile("[a-z0-9]*[a-z][a-z0-9]*")

# ---- Arabic ----

#: Article, particles and the short forms of «على», «هذا» and «شو» that are written as one with a word.
_ARTICLES = ("وبال", "وعال", "وهال", "بهال", "عهال", "وال", "بال", "كال", "فال", "عال", "هال", "شال", "ولل", "لل", "ال")
_PARTICLES = ("و", "ب", "ل", "ف", "ع")
_OF_VERBS = ("مابت", "مابي", "مابن", "ماب", "مبت", "مبي", "بت", "بي", "بن")
_ENDINGS = (
    *("ياتها", "ياتهم", "اتها", "اتهم", "اتنا", "تهم", "تها", "تنا", "تكم", "يات", "ات", "ين", "ون", "تي", "ها"),
    *("هم", "كم", "نا", "وا", "ني", "يه", "ه", "ي", "ت", "ا", "و"),
)
_CONSONANTS = str.maketrans("بتطثجحخدضذظرزسصشغفقكلمن", "btttjhxdddzrzsscgfkklmn", "اويىءئؤعه")

# ---- Latin letters ----

_DIGRAPHS = (
    *(("kh", "x"), ("5", "x"), ("7'", "x"), ("sh", "c"), ("ch", "c"), ("gh", "G"), ("3'", "G"), ("8", "G")),
    *(("th", "t"), ("dh", "d"), ("ou", "u"), ("ee", "i"), ("oo", "u"), ("aa", "a")),
)
_LETTERS = str.maketrans("7962qgGpv", "hstkkkgbf", "aeiouywh'3401")
_HEARD = str.maketrans("7962qgGpvaeiyouw", "hstkkkgbfAAAAUUU", "h'3401")
_ARTICLES_IN_LATIN = ("bel", "bil", "wel", "wil", "fel", "fil", "lel", "3al", "el", "al", "il")
_ENDINGS_OF_ENGLISH = ("ings", "ing", "ies", "ed", "es", "ly", "s")


def sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence of a text, folded."""
    found = (_words(part) for part in _SENTENCE.split(_THERE_IS_NO.sub(NONE, fold(text))))
    return [words for words in found if words]


def _words(part: str) -> list[str]:
    found = (_REPEATED.sub(r"\1", word).replace("'", "").replace("’", "") for word in _WORD.findall(part))
    return [word for word in found if len(word) <= LONGEST_WORD]


def as_written(text: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return folded words of a text as they are written in it, each once."""
    written = _written(text)
    return tuple(dict.fromkeys(written.get(word, word) for word in words if word != NONE))


@lru_cache(maxsize=16)
def _written(text: str) -> Mapping[str, str]:
    """Return how each word of a text is written; each topic, agency and place that was found asks for the same text."""
    written: dict[str, str] = {}
    for raw in text.split():
        for word in (word for part in sentences(raw) for word in part):
            written.setdefault(word, _EDGES.sub("", raw))
    return written


@lru_cache(maxsize=16384)
def without_article(word: str) -> str:
    """Return a folded word without an article that is written as one with it."""
    if _LATIN.fullmatch(word):
        return word
    return next(
        (word[len(each) :] for each in _ARTICLES if word.startswith(each) and len(word) - len(each) >= ROOT - 1), word
    )


@lru_cache(maxsize=16384)
def bare_forms(word: str) -> tuple[str, ...]:
    """Return a folded word, and what is left of it without an article or a particle written as one with it."""
    return tuple(dict.fromkeys([word, *_bare(word)]))


def _bare(word: str) -> Iterator[str]:
    if _LATIN.fullmatch(word):
        yield from _bare_in_latin(word)
        return
    if (bare := without_article(word)) != word:
        yield bare
    elif len(word) > ROOT and word.startswith(_PARTICLES):
        yield word[1:]


def _bare_in_latin(word: str) -> Iterator[str]:
    for prefix in _ARTICLES_IN_LATIN:
        if word.startswith(prefix) and len(word) - len(prefix) >= ROOT:
            yield word[len(prefix) :]
            return


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Return the stem of a folded word, which its inflections mostly share."""
    if _LATIN.fullmatch(word):
        return _without_ending(word, _ENDINGS_OF_ENGLISH, least=ROOT)
    bare = _of_verb(_without_and(without_article(word)))
    return _without_ending(_without_ending(bare, _ENDINGS, least=ROOT), _ENDINGS, least=ROOT + 1)


def _without_and(word: str) -> str:
    return word[1:] if len(word) > ROOT + 2 and word[0] == "و" else word


def _of_verb(word: str) -> str:
    for prefix in _OF_VERBS:
        if word.startswith(prefix) and len(word) - len(prefix) >= ROOT:
            return word[len(prefix) :]
    return word


def _without_ending(word: str, endings: tuple[str, ...], *, least: int) -> str:
    fitting = (each for each in endings if word.endswith(each) and len(word) - len(each) >= least)
    return word.removesuffix(next(fitting, ""))


@lru_cache(maxsize=16384)
def consonants(word: str) -> str:
    """Return the consonants of a word in one script for both; empty where too few are left to tell words apart."""
    if _ARABIC.fullmatch(word):
        found = stem(word).translate(_CONSONANTS)
    elif _LATIN.fullmatch(word):
        found = _of_latin(word)
    else:
        return ""
    found = re.sub(r"(.)\1+", r"\1", found)
    return found if len(found) >= ROOT else ""


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """Return how a word in Latin letters sounds: its consonants, and light or dark vowels; empty as for ``consonants``.

    «tefl», a child, has the consonants of Tafila and sounds otherwise; «Irbid» and «erbed» sound alike.
    """
    if not is_latin(word) or not consonants(word):
        return ""
    heard = _one_letter_sounds(word.rstrip("aeh")).translate(_HEARD)
    return re.sub(r"(.)\1+", r"\1", heard)


def _of_latin(word: str) -> str:
    return _one_letter_sounds(word).translate(_LETTERS)


def _one_letter_sounds(word: str) -> str:
    for written, one_letter in _DIGRAPHS:
        word = word.replace(written, one_letter)
    return word


def is_latin(word: str) -> bool:
    """Tell whether a word is written in Latin letters, perhaps with digits for Arabic ones."""
    return _LATIN.fullmatch(word) is not None


def one_letter_off(word: str) -> Iterator[str]:
    """Yield a word, and the word without each one of its letters: two words that differ by one letter share one."""
    yield word
    if len(word) >= FORGIVEN:
        for place in range(len(word)):
            yield word[:place] + word[place + 1 :]
