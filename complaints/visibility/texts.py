"""A text as redaction reads it: folded words with their places, and how a part of a name may be spelt."""

from __future__ import annotations

import csv
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
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


# ---- The words that tell a name from an ordinary word: ``complaints/data/name_words.csv``, all folded. ----


NAME_WORDS: Final = Path(__file__).parents[1] / "data" / "name_words.csv"
#: "And", "so", "in", "to" and "like" are written as one with the word after them.
PARTICLES: Final = "وفبلك"
ARTICLE: Final = "ال"
#: How a word begins that has its article, with a particle or without.
WITH_ARTICLE: Final = ("ال", "وال", "بال", "فال", "كال", "لل", "ولل", "فلل", "وبال")
#: A word that has lost its article or its particle keeps so many letters.
SHORTEST: Final = 3


@cache
def words_of(kind: str) -> frozenset[str]:
    """Return the words of one kind: ``given`` names, ``ordinary`` words that are names, words before a ``place``."""
    return _all_words()[kind]


@cache
def _all_words() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    with NAME_WORDS.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            found[row["kind"]].update(row["words"].split())
    return {kind: frozenset(words) for kind, words in found.items()}


@cache
def _letters() -> dict[str, str]:
    return {name: letter for letter, name in (one.split("=") for one in words_of("letter"))}


def letter_of(word: str) -> str:
    """Return the letter that ``word`` is, or names: "sin", also "and sin" and "by the sin"; else nothing."""
    if len(word) == 1:
        return word if word.isalpha() else ""
    bare = word[1:] if word[0] in "وب" and word not in _letters() else word
    return _letters().get(bare) or _letters().get(bare.removeprefix(ARTICLE), "")


def is_of(kind: str, word: str) -> bool:
    """Tell whether ``word`` is of ``kind``, by itself or after a particle."""
    words = words_of(kind)
    return word in words or (word[:1] in PARTICLES and word[1:] in words)


@cache
def _house_words() -> dict[str, str]:
    return dict(one.split("=") for one in words_of("house_word"))


def house_word(word: str) -> str:
    """Return the one word for what has several, in either language: "building" for عمارة; any other as it is."""
    return _house_words().get(word, word)


@cache
def formulas() -> re.Pattern[str]:
    """Return what finds the greetings and the like that name nobody; in the file an underscore joins their words."""
    longest_first = sorted(words_of("formula"), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:و|ف)?(?:" + "|".join(one.replace("_", r"\s+") for one in longest_first) + r")(?!\w)")


def without_particle(word: str) -> str:
    """Return ``word`` without an "and" or "to" and its article, if it is a title without them."""
    for begin in ("", "و", "ب", "ل", "ف"):
        for article in (ARTICLE, ""):
            bare = word.removeprefix(begin)
            bare = bare.removeprefix("ل" if begin == "ل" and bare.startswith("ل") and article else article)
            if bare in words_of("courtesy") or bare in words_of("profession"):
                return bare
    return word


def without_article(word: str) -> str:
    """Return ``word`` without its article; in a name as short as "Ali" the "al" is none."""
    bare = word.removeprefix(ARTICLE)
    return bare if len(bare) >= SHORTEST else word


def is_bare_noun(word: str) -> bool:
    """Tell whether a given name that is an ordinary word tells nothing behind "I am": scent, not "clever"."""
    is_participle = word[:1] == "م" or word[1:2] == "ا" or word.endswith("ي")
    return word in words_of("given") and not is_participle and not is_of("describing", word)


# ---- How a part of a name may be spelt: with and without article, feminine, attached, with a slip, in Latin
# letters.


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
_LATIN_SPELLINGS: Final = {
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
    if letter in _LATIN_SPELLINGS:
        return f"(?:{_LATIN_SPELLINGS[letter]}){{1,2}}"
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
    return sum(letter in _LATIN_SPELLINGS or letter in "هو" for letter in without_article(letters))


@lru_cache(maxsize=8192)
def skeleton(word: str) -> str:
    """Return the coarse consonants of ``word`` in either script."""
    if is_arabic(word):
        return collapsed(word.translate(_ARABIC_COARSE))
    for letters, sound in _DIGRAPHS:
        word = word.replace(letters, sound)
    return collapsed(word.translate(_COARSE))
