"""In which language a text is written: Arabic, English, another one, or too short or mixed to tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from complaints.answer_quality.words import Word, is_arabic, is_latin

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
