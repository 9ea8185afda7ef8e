"""Words that are none: keys pressed in a row, letters repeated, letters that no word has together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from complaints.answer_quality.words import Word, is_arabic, is_latin

#: Share of a text that may be no words before it is gibberish.
MOST_JUNK: Final = 0.4
#: A text of so many words repeats itself when fewer than half of them differ; longer texts repeat words anyway.
_REPEATS_FROM, _REPEATS_TO, _LEAST_DIFFERENT = 5, 20, 0.5

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "ضصثقفغعهخحجد", "شسيبلاتنمكط", "يءورلاىهوزظ")
_RUN: Final = 4
_STRETCHED: Final = re.compile(r"(.)\1\1")
_VOWELS: Final = re.compile("[aeiouy\u00df-\u024f]")
_CONSONANTS: Final = re.compile("[bcdfghjklmnpqrstvwxz]{6}")
_SHORT: Final = 3
#: Longer than a word with all that Arabic writes onto it.
_LONGEST: Final = 20


def is_gibberish(words: Sequence[Word]) -> bool:
    """Tell whether a text is certainly no sentence: too many of its words are none, or they are always the same."""
    spoken = [word.text for word in words if not word.is_number]
    if not spoken:
        return True
    if _REPEATS_FROM <= len(spoken) <= _REPEATS_TO and len(set(spoken)) < _LEAST_DIFFERENT * len(spoken):
        return True
    if all(len(set(word)) == 1 for word in spoken):
        return True
    return sum(map(is_junk, spoken)) > MOST_JUNK * len(spoken)


def is_junk(word: str) -> bool:
    """Tell whether a folded word in Arabic or Latin letters is none; of other letters nobody here can tell."""
    if not (is_arabic(word) or is_latin(word)):
        return False
    if _STRETCHED.search(word) or len(word) > _LONGEST or _has_keys_in_a_row(word):
        return True
    if is_arabic(word):
        return False
    return (len(word) > _SHORT and not _VOWELS.search(word)) or bool(_CONSONANTS.search(word))


def _has_keys_in_a_row(word: str) -> bool:
    runs = (word[start : start + _RUN] for start in range(len(word) - _RUN + 1))
    return word not in _REAL_RUNS and any(run in row or run[::-1] in row for run in runs for row in _ROWS)


#: Words that happen to lie in a row of the keyboard.
_REAL_RUNS: Final = frozenset({"were", "property", "properties", "liberty"})
