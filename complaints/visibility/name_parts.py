"""The parts of one person's name, and which words of a text may be one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import permutations
from typing import NamedTuple

from complaints.visibility import spellings
from complaints.visibility.spellings import collapsed
from complaints.visibility.texts import PlacedWord
from complaints.visibility.vocabulary import (
    ARTICLE,
    PARTICLES,
    SHORTEST,
    WITH_ARTICLE,
    is_of,
    without_article,
    words_of,
)
from kit.arabic import fold

#: A word may stand for two parts written as one; then it names the person by itself.
BOTH = -1
#: Most words of one part: "Abd al-Rahman" has three.
MOST_WORDS = 3
#: Two parts in Latin letters as one word: a shorter one is too often a word of English.
SHORTEST_PAIR = 8
_ALIF_MAKSURA = "ى"
#: Beginnings of double names that are none.
_NO_NAMES = frozenset(("عبد", "ابو", "ابي", "ام", "بني", "ابن", "ال", "سيف", "نور", "نصر", "عز", "صلاح", "ضياء", "بدر"))


class Match(NamedTuple):
    """What a word may be: which part, whether its spelling leaves no doubt, and whether it is an ordinary word too."""

    part: int
    is_sure: bool
    is_ordinary: bool


class NamePart:
    """One part of a name as registered: the first name, those of father and grandfather, the family's."""

    def __init__(self, name: str, *, number: int, is_family: bool) -> None:
        self.name, self.number, self.is_family = name.strip(), number, is_family
        self.words = fold(name).split()
        self.folded = "".join(self.words)
        self.is_arabic = spellings.is_arabic(self.folded)
        self.plain = spellings.without_accents(self.folded)
        self.forms = set(self._forms())
        #: Without what only one of the clan, or the town it comes from, is called: النعيمة of النعيمي.
        self.own_form = without_article(self.folded)
        self.own_forms = {collapsed(form) for form in (self.folded, self.own_form)}
        # Also of a word as short as "the hill".
        bare = self.folded.removeprefix(ARTICLE)
        self.is_ordinary = not words_of("ordinary").isdisjoint((self.folded, bare))
        self.is_rare = (is_family or self.is_arabic) and (
            not self.is_ordinary
            and words_of("given").isdisjoint((self.folded, bare, *(() if is_family else self.forms)))
            and not (is_of("place", bare) or is_of("place_name", bare))
        )
        self.strength = spellings.strength(name) if self.is_arabic else len(spellings.skeleton(self.plain))
        # Arabic without vowels fits a Latin name more easily than the other way round.
        self.is_telling = self.strength >= spellings.STRONG_SKELETON + (not self.is_arabic)
        self.latin = spellings.latin_pattern(name) if self.is_arabic else None
        is_long = self.is_arabic and len(self.words) > 1
        self.latin_beginning = spellings.latin_beginning(name) if is_long else None

    def _forms(self) -> Iterator[str]:
        in_arabic = spellings.arabic_forms(self.folded, is_family=self.is_family) if self.is_arabic else ()
        if self.name.endswith(_ALIF_MAKSURA):
            in_arabic = (*in_arabic, self.folded[:-1] + "ا")
        forms = (*in_arabic, *self._halves()) if self.is_arabic else (self.folded, self.plain)
        return (form for form in map(collapsed, forms) if len(form) > 1)

    def _halves(self) -> Iterator[str]:
        """Yield the halves of a double name that are names: Muhammad of Muhammad Amin, not Abd of Abd Ali.

        Of Abd al-Majid the second one is: Majid.
        """
        short = without_article(self.folded.removeprefix("عبد"))
        if not self.is_family and short != self.folded and short in words_of("given"):
            yield short
        is_double = len(self.words) > 1 and self.words[0] not in _NO_NAMES
        if self.is_arabic and not self.is_family and is_double:
            yield from (half for half in self.words if half in words_of("given"))

    def is_slip_of(self, word: str) -> bool:
        """Tell whether ``word``, collapsed, differs from a form in one letter; short words differ too easily."""
        bare = without_article(word)
        if len(bare) < spellings.LONG_ENOUGH_FOR_A_SLIP or self._near.isdisjoint((bare, *spellings.shortened(bare))):
            return False
        return any(spellings.is_slip(bare, form) for form in map(without_article, self.forms))

    def is_almost(self, word: str) -> bool:
        """Tell whether ``word``, of the script of this part, has a slip, or in Latin letters other vowels."""
        is_vowel = not self.is_arabic and word[0] == self.plain[0] and self.is_written_in_latin(word)
        return is_vowel or self.is_slip_of(word)

    @cached_property
    def _near(self) -> frozenset[str]:
        """Return the forms and what they are with a letter left out: a slip shares one of these."""
        forms = [form for form in map(without_article, self.forms) if len(form) >= spellings.LONG_ENOUGH_FOR_A_SLIP]
        return frozenset((*forms, *(short for form in forms for short in spellings.shortened(form))))

    def is_written_in_latin(self, word: str) -> bool:
        """Tell whether ``word`` of Latin letters, or of Arabic ones for a Latin name, may be this part."""
        if self.latin:
            return bool(self.latin.fullmatch(word))
        if spellings.is_arabic(word) and self.strength >= spellings.LEAST_SKELETON:
            return spellings.may_be_foreign(word, self.plain)
        is_long = self.strength >= spellings.STRONG_SKELETON
        return is_long and spellings.skeleton(spellings.without_accents(word)) == spellings.skeleton(self.plain)

    def begins_in_latin(self, word: str) -> bool:
        """Tell whether ``word`` of Latin letters may be the first word of this part, which has several."""
        return self.latin_beginning is not None and bool(self.latin_beginning.fullmatch(word))

    def begins_abroad(self, word: str) -> bool:
        """Tell whether ``word`` of Arabic letters may be the first word of this part, registered in Latin ones."""
        if self.is_arabic or len(word) < SHORTEST or not spellings.is_arabic(word):
            return False
        has_two = len(self.words) > 1 or self.plain.startswith(spellings.BEGINNINGS)
        return has_two and spellings.may_begin_foreign(word, self.plain)

    def begins_with(self, letter: str) -> bool:
        """Tell whether ``letter``, of either script, is the initial of this part."""
        if letter in {self.folded[0], without_article(self.folded)[0]}:
            return True
        return (
            self.is_arabic and letter.isascii() and spellings.is_latin_initial(without_article(self.folded)[0], letter)
        )


class NameParts:
    """The parts of a name, and a memory of the words that were compared with them."""

    def __init__(self, names: Sequence[str]) -> None:
        last = len(names) - 1
        parts = [
            NamePart(name, number=number, is_family=number == last)
            for number, name in enumerate(names)
            if fold(name).strip()
        ]
        # A father's name that is the person's own again identifies nobody.
        self.parts = list({part.folded: part for part in reversed(parts)}.values())[::-1]
        self.by_number = {part.number: part for part in self.parts}
        self.ends = {0, last}
        self._seen: dict[str, Match | None] = {}

    @cached_property
    def forms(self) -> dict[str, int]:
        """Return the part of each form."""
        return {form: part.number for part in self.parts for form in part.forms}

    def is_like_family(self, word: str) -> bool:
        """Tell whether ``word``, folded, behind the first name is the family's with a slip or as it is heard."""
        family = self.by_number.get(max(self.ends))
        if family is None or not family.is_arabic or len(word) < SHORTEST + 1:
            return False
        if word.isascii():
            heard, known = spellings.skeleton(re.sub("^(?:al|el)", "", word)), spellings.skeleton(family.own_form)
            return len(known) > 1 and heard == known
        bare = without_article(word)
        return any(spellings.is_slip(bare, without_article(form), least=SHORTEST + 1) for form in family.forms)

    def is_like_first(self, word: str) -> bool:
        """Tell whether ``word``, folded, before the family's name is the first name with a slip, and no other name."""
        first = self.by_number.get(0)
        if first is None or not first.is_arabic or word in words_of("given") or _is_known(word):
            return False
        return any(spellings.is_slip(word, form, least=SHORTEST + 1) for form in first.forms)

    def is_pet_name(self, word: str) -> bool:
        """Tell whether ``word`` has the consonants of the first name in another form: Ghaddoura of Ghadeer."""
        first = self.by_number.get(0)
        known = spellings.root(first.folded) if first and first.is_arabic else ""
        return len(known) >= SHORTEST and spellings.root(word) == known

    @cached_property
    def _latin_pairs(self) -> list[re.Pattern[str]]:
        """Return what matches the first name and another part, or the family and another, written as one word."""
        spelt = [(part, part.latin.pattern) for part in self.parts if part.latin]
        return [
            re.compile(f"(?:{pattern})(?:{other_pattern})")
            for (part, pattern), (other, other_pattern) in permutations(spelt, 2)
            if not self.ends.isdisjoint((part.number, other.number))
            and part.strength + other.strength > spellings.STRONG_SKELETON
        ]

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """Return what the first of several words may be that are a part together."""
        ends = {form[:end] for form in self.forms for end in range(1, len(form))}
        return frozenset(ends)

    def may_begin(self, word: str) -> bool:
        """Tell whether ``word``, folded, is a part or may be the first piece of one."""
        if self.match(word) is not None:
            return True
        if word in self._beginnings or (word[0] in PARTICLES and word[1:] in self._beginnings):
            return len(word) > 1
        if len(word) > spellings.LONGEST:
            return False
        return any(part.begins_in_latin(word) or part.begins_abroad(word) for part in self.parts)

    def match(self, word: str) -> Match | None:
        """Return what ``word``, folded, may be."""
        if word not in self._seen:
            self._seen[word] = self._match(word)
        return self._seen[word]

    def match_joined(self, words: Sequence[PlacedWord]) -> Match | None:
        """Return what several words may be as one: a part of several words, or one torn apart."""
        joined = collapsed("".join(word.text for word in words))
        found = self.forms.get(joined, self.forms.get(joined[1:]) if joined[:1] in PARTICLES else None)
        if found is not None:
            return Match(found, is_sure=True, is_ordinary=False)
        for part in self.parts:
            if not part.is_arabic and part.begins_abroad(words[0].text) and part.is_written_in_latin(joined):
                return Match(part.number, is_sure=part.is_telling, is_ordinary=False)
            if part.begins_in_latin(words[0].text) and part.is_written_in_latin(joined):
                return Match(part.number, is_sure=True, is_ordinary=False)
            if len(part.words) > 1 and words[0].text.endswith(part.words[0]) and part.is_slip_of(joined):
                return Match(part.number, is_sure=False, is_ordinary=False)
        return None

    def _match(self, word: str) -> Match | None:
        if len(word) > spellings.LONGEST:
            return None
        word = word.removesuffix("'s").removesuffix("’s")
        for form in spellings.attached_forms(word):
            number = self.forms.get(form)
            if number is not None:
                return self._known(number, word, form)
        if self._is_two(word):
            return Match(BOTH, is_sure=True, is_ordinary=False)
        return self._guessed(word)

    def _is_two(self, word: str) -> bool:
        """Tell whether ``word`` is two parts written as one, in Latin letters also with a number: GhaithJaafari92."""
        if word.isascii():
            bare = word.rstrip("0123456789")
            return len(bare) >= SHORTEST_PAIR and any(pair.fullmatch(bare) for pair in self._latin_pairs)
        bare = word.rstrip("0123456789")
        if len(bare) < 2 * SHORTEST:
            return False
        return any(self._covers(form, frozenset()) for form in (bare, *spellings.attached_forms(bare)))

    def _covers(self, word: str, used: frozenset[int]) -> bool:
        """Tell whether ``word`` is forms of several parts, one after the other; each part in ``used`` has been one."""
        if not word:
            return len(used) > 1
        return any(
            word.startswith(form) and number not in used and self._covers(word[len(form) :], used | {number})
            for form, number in self.forms.items()
        )

    def _known(self, number: int, word: str, form: str) -> Match | None:
        part = self.by_number[number]
        is_ordinary = part.is_ordinary or form in words_of("ordinary")
        has_article = word.startswith(WITH_ARTICLE) and not part.folded.startswith(ARTICLE)
        # "The hope" and "the light" are never people.
        return None if is_ordinary and has_article else Match(number, is_sure=True, is_ordinary=is_ordinary)

    def _guessed(self, word: str) -> Match | None:
        """Return what ``word`` may be in other letters or with a slip.

        An ordinary word is not guessed at, but for a name that is registered in Latin letters: it has no other forms.
        """
        is_arabic = spellings.is_arabic(word)
        is_ordinary = _is_known(word)
        if len(word) == 1 or word.isdigit() or (is_ordinary and not is_arabic):
            return None
        forms = spellings.attached_forms(word) if is_arabic else (word,)
        for part in self.parts:
            if part.is_arabic != is_arabic and any(map(part.is_written_in_latin, forms)):
                return Match(part.number, is_sure=part.is_telling and not is_ordinary, is_ordinary=is_ordinary)
        if is_ordinary or (is_arabic and word[0] in PARTICLES and _is_known(word[1:])):
            return None
        for part in self.parts:
            if part.is_arabic == is_arabic and any(map(part.is_almost, forms)):
                return Match(part.number, is_sure=False, is_ordinary=False)
        return None


def _is_known(word: str) -> bool:
    """Tell whether ``word`` is one of the language, so that it is no slip in a name."""
    return any(word in words_of(kind) for kind in ("ordinary", "place", "business", "kindred"))


def spelled_letters(letters: str, parts: NameParts) -> Iterator[re.Match[str]]:
    """Yield where single letters in a row, joined as ``letters``, spell a part."""
    spelt = (
        set(parts.forms)
        | {part.folded for part in parts.parts}
        | {without_article(part.folded) for part in parts.parts}
    )
    longest_first = sorted((form for form in spelt if len(form) >= SHORTEST), key=len, reverse=True)
    if longest_first:
        yield from re.finditer("|".join(map(re.escape, longest_first)), letters)
    if letters.isascii():
        for part in parts.parts:
            if part.latin and part.strength > 1:
                yield from part.latin.finditer(letters)
