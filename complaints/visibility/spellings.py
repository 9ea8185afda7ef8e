"""How a part of a name may be spelt: with and without article, feminine, attached, with a slip, in Latin letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from complaints.visibility.vocabulary import ARTICLE, PARTICLES, SHORTEST, without_article
from kit.arabic import fold

_MARKS: Final = re.compile("[\u0640\u064b-\u065f\u0670]")
_REPEATED: Final = re.compile(r"([^\W\d_])\1+")
_ARABIC: Final = re.compile("[\u0621-\u064a]")
#: Longer words are no names, and a pattern with many vowels would take its time over them.
LONGEST: Final = 24
#: From so many letters on, a word that differs in one letter is a slip.
LONG_ENOUGH_FOR_A_SLIP: Final = 5
#: Fewer consonants fit too many words of English.
STRONG_SKELETON: Final = 3
#: In Arabic letters a name without a consonant is not told from other words.
LEAST_SKELETON: Final = 1

_VOWELS: Final = "[aeiouy']{0,3}"
#: How each Arabic letter is written in Latin letters and in the digits of chats.
_LATIN: Final = {
    "ب": "b|p", "ت": "t|th", "ث": "th|s|t", "ج": "j|g|dj|zh", "ح": "h|7", "خ": "kh|5|x|7|k|ch", "د": "d",
    "ذ": "th|dh|z|d",
    "ر": "r", "ز": "z|s", "س": "s|c", "ش": "sh|ch|4|sch", "ص": "s|9|c", "ض": "d|dh|9|z", "ط": "t|th|6|d",
    "ظ": "z|dh|th|d", "غ": "gh|g|8|3", "ف": "f|ph|v", "ق": "q|k|g|8|9|2|gh|c",
    "ك": "k|c|ck|q|g", "ل": "l", "م": "m", "ن": "n",
}  # fmt: skip
_LATIN_VOWELS: Final = {
    "ا": "[aeiou]{1,2}", "أ": "[aeiou2]{1,2}", "إ": "[aeiouy2]{1,2}", "آ": "[a2]{1,3}", "ى": "[aey]{1,2}",
    "و": "(?:w|v|oo|ou|u{1,2}|o|aw|au)", "ي": "(?:[yij]{0,2}|ee|e)", "ئ": "[aeiy2']{0,2}", "ؤ": "[uow2']{0,2}",
    "ع": "[aeiou3']{0,2}", "ء": "[2'a]?", "ه": "h?", "ة": "(?:h|t|a|ah|e|eh)?",
}  # fmt: skip
#: Short forms that leave letters out.
_SHORT: Final = {"محمد": ("mohd", "mhd", "muhd", "moh"), "احمد": ("ahd",)}
#: Coarse classes of sounds, for a name registered in Latin letters.
_DIGRAPHS: Final = (("sch", "s"), ("sh", "s"), ("ch", "s"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("dh", "d"),
                    ("ph", "f"), ("ck", "k"), ("x", "ks"))  # fmt: skip
_COARSE: Final = str.maketrans("qczvpj", "kksfbg", "aeiouyhw'`’")
_LONG_VOWELS: Final = str.maketrans("", "", "اويهىةءآأإؤئ")
_ARABIC_COARSE: Final = str.maketrans("بتثجخدذرزسشصضطظغفقكلمن", "bttgkddrssssdtdgfkklmn", "اويهحعءةىآأإؤئ")


def collapsed(word: str) -> str:
    """Return ``word`` with each row of one letter as one letter, and without a hamza: Rahaaaf, آلاء."""
    return _REPEATED.sub(r"\1", word.replace("ء", ""))


def arabic_forms(part: str, *, is_family: bool) -> Iterator[str]:
    """Yield the collapsed forms of ``part``, a folded Arabic name written as one word."""
    bare = without_article(part) if is_family else part
    if part.startswith("ابو") and len(part) > len("ابو") + 1:
        yield from (begin + part[len("ابو") :] for begin in ("ابو" + ARTICLE, "ابي", "ابا"))
    for form in {part, bare}:
        yield form
        if form.endswith("ه"):
            yield from (form[:-1] + "ا", form[:-1] + "ت", form[:-1] + "ي")
        elif form.endswith("ا"):
            yield from (form[:-1] + "ه", form[:-1] + "ي")
        elif len(form) >= SHORTEST:
            yield form + "ه"
    if is_family and len(bare) > SHORTEST:
        yield from _of_a_clan(bare)


def _of_a_clan(bare: str) -> Iterator[str]:
    """Yield how one of a clan and the clan are called: القطاميني and القطامين, الحوامدي and الحوامدة."""
    if bare.endswith("ي"):
        yield from (bare[:-1] + "ه", bare + "ه", bare + "ين")
        if len(bare) > SHORTEST + 1:
            yield bare[:-1]
    elif bare.endswith("ه"):
        yield from (bare[:-1] + "ي", bare[:-1] + "يه")
    else:
        yield from (bare + "ي", bare + "يه")


@lru_cache(maxsize=8192)
def attached_forms(word: str) -> tuple[str, ...]:
    """Return what ``word`` of a text may be without particle and article, itself first, all collapsed."""
    forms = [word]
    if word[:1] in PARTICLES and len(word) > SHORTEST:
        forms.append(word[1:])
        if word.startswith(("لل", "ولل")):
            forms.append(word[word.index("لل") + 2 :])
    if word[:2] in {"ول", "وب", "فل", "فب"} and len(word) > SHORTEST + 1:
        forms.append(word[2:])
    forms += [form[len(ARTICLE) :] for form in forms if form.startswith(ARTICLE) and len(form) > SHORTEST + 1]
    return tuple(dict.fromkeys(collapsed(form) for form in forms))


def root(word: str) -> str:
    """Return the consonants of ``word`` in Arabic letters, each row of one as one."""
    return collapsed(word.translate(_LONG_VOWELS))


def shortened(word: str) -> Iterator[str]:
    """Yield ``word`` with each one of its letters left out."""
    return (word[:place] + word[place + 1 :] for place in range(len(word)))


def is_slip(word: str, form: str, *, least: int = LONG_ENOUGH_FOR_A_SLIP) -> bool:
    """Tell whether ``word`` is ``form`` with one letter more, less, other or in the place of its neighbour."""
    if min(len(word), len(form)) < least or abs(len(word) - len(form)) > 1:
        return False
    same = next((place for place, (one, other) in enumerate(zip(word, form, strict=False)) if one != other), None)
    if same is None:
        return True
    rest, rest_of_form = word[same:], form[same:]
    return (
        rest[1:] in {rest_of_form, rest_of_form[1:]}
        or rest == rest_of_form[1:]
        or (rest[1::-1] == rest_of_form[:2] and rest[2:] == rest_of_form[2:])
    )


# ---- Latin letters ----


def is_arabic(text: str) -> bool:
    """Tell whether ``text`` has Arabic letters."""
    return bool(_ARABIC.search(text))


def latin_pattern(part: str) -> re.Pattern[str]:
    """Return what matches a Latin spelling of ``part``, an Arabic name as it was registered, written as one word."""
    short = "|".join(("", *_SHORT.get(fold(part), ())))
    return re.compile("".join(map(_latin_word, _MARKS.sub("", part).split())) + short)


def latin_beginning(part: str) -> re.Pattern[str]:
    """Return what matches the first word of ``part``, also with the article of the next: Abdel Rahman."""
    return re.compile(_latin_word(_MARKS.sub("", part).split(maxsplit=1)[0]) + "[lrnszdt]?")


def _latin_word(letters: str) -> str:
    has_article = letters.startswith(ARTICLE) and len(letters) > SHORTEST + 1
    stem = letters[len(ARTICLE) :] if has_article else letters
    article = "(?:[aeiu](?:sh|th|dh|[lsdrntz])?)?" if has_article else ""
    spelt = [_latin(letter, is_first=place == 0, is_last=place == len(stem) - 1) for place, letter in enumerate(stem)]
    return article + _VOWELS.join(spelt) + _VOWELS


def _latin(letter: str, *, is_first: bool, is_last: bool = False) -> str:
    if letter in _LATIN:
        return f"(?:{_LATIN[letter]}){{1,2}}"
    if letter == "ه" and not is_last:
        return "h{1,2}"
    if letter == "ي" and is_first:
        return "[yij]"
    if letter == "ي" and is_last:
        return "(?:[yij]{1,2}|ee|e?[hy]|ah|e)?"
    return _LATIN_VOWELS.get(letter, re.escape(letter))


# ---- Arabic letters for a name registered in Latin ones ----

#: How Arabic letters are used for sounds that Arabic has not: كيم, غارسيا, تشارلز, بيتر.
_FOREIGN: Final = {
    "ب": "b|p|v", "ت": "t|th", "ث": "th|s|t", "ج": "j|g|dj|ch|zh", "ذ": "th|dh|z|d", "ز": "z|s", "س": "s|c|z|x|ts",
    "ش": "sh|ch|s|sch|x|sz", "غ": "g|gh|r", "ف": "f|ph|v|w", "ك": "k|c|ck|q|ch|x|g", "د": "d|dh|th", "ه": "h?",
    "\u0686": "ch|tch|tsch|c|cz",
}  # fmt: skip
#: How names begin that are one word in Latin letters and two in Arabic ones: Abdullah, Abu Rumman.
BEGINNINGS: Final = ("abd", "abed", "abu", "um", "al", "el", "bin", "ben")
_O: Final = "(?:oo|ou|o|u|au|aw|w|v)"
_SILENT: Final = "[aeiouyh']{0,3}"


@lru_cache(maxsize=8192)
def foreign_pattern(word: str) -> re.Pattern[str]:
    """Return what matches the names in Latin letters that ``word``, folded and in Arabic letters, may stand for."""
    has_article = word.startswith(ARTICLE) and len(word) > SHORTEST + 1
    stem = (word[len(ARTICLE) :] if has_article else word).replace("تش", "\u0686")
    begins = stem.startswith(("او", "اي"))
    spelt = [_O if stem[1] == "و" else "[aeiouy]{1,2}"] if begins else []
    rest = stem[2:] if begins else stem
    spelt += [_foreign(letter, is_last=place == len(rest) - 1) for place, letter in enumerate(rest)]
    return re.compile(("(?:[aeu](?:sh|[lsdrntz]))?" if has_article else "") + _SILENT.join(spelt) + _SILENT)


def _foreign(letter: str, *, is_last: bool) -> str:
    if letter in _FOREIGN:
        return f"(?:{_FOREIGN[letter]}){{1,2}}"
    if letter == "ي":
        return "(?:ee|ie|ei|ey|[yije]{1,2}|ah)?"
    return _latin(letter, is_first=False, is_last=is_last)


def may_be_foreign(word: str, part: str) -> bool:
    """Tell whether ``word`` in Arabic letters stands for ``part``, a name in Latin ones without accents."""
    known, heard = skeleton(part), skeleton(word)
    # Most words differ in this, which spares the pattern.
    is_near = abs(len(heard) - len(known)) <= 1 and (heard[:1] == known[:1] or heard[-1:] == known[-1:])
    return is_near and bool(foreign_pattern(word).fullmatch(part))


def may_begin_foreign(word: str, part: str) -> bool:
    """Tell whether ``word`` in Arabic letters stands for the beginning of ``part``, a name in Latin ones."""
    heard = skeleton(word)
    return bool(heard) and skeleton(part).startswith(heard) and bool(foreign_pattern(word).match(part))


def without_accents(part: str) -> str:
    """Return a folded Latin name in plain letters: Müller, Yılmaz."""
    split = unicodedata.normalize("NFKD", part.replace("ı", "i"))
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def is_latin_initial(letter: str, latin: str) -> bool:
    """Tell whether the Latin letter ``latin`` may stand for a name that begins with the Arabic ``letter``."""
    return bool(re.match(_latin(letter, is_first=True), latin))


def strength(part: str) -> int:
    """Return how many consonants of ``part`` a Latin spelling must show."""
    letters = fold(part).replace(" ", "")
    last = len(letters) - 1
    letters = letters[: last if letters.endswith("ه") else last + 1]
    return sum(letter in _LATIN or letter in "هو" for letter in without_article(letters))


@lru_cache(maxsize=8192)
def skeleton(word: str) -> str:
    """Return the coarse consonants of ``word`` in either script."""
    if is_arabic(word):
        return collapsed(word.translate(_ARABIC_COARSE))
    for letters, sound in _DIGRAPHS:
        word = word.replace(letters, sound)
    return collapsed(word.translate(_COARSE))
