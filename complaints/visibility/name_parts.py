"""The parts of one person's name, and which words of a text are one of them, by what stands beside the word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, permutations
from typing import Final, NamedTuple

from complaints.visibility import texts
from complaints.visibility.texts import (
    ARTICLE,
    CALL,
    PARTICLES,
    SHORTEST,
    WITH_ARTICLE,
    PlacedWord,
    ReadText,
    Span,
    collapsed,
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
        self.is_arabic = texts.is_arabic(self.folded)
        self.plain = texts.without_accents(self.folded)
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
        self.strength = texts.strength(name) if self.is_arabic else len(texts.skeleton(self.plain))
        # Arabic without vowels fits a Latin name more easily than the other way round.
        self.is_telling = self.strength >= texts.STRONG_SKELETON + (not self.is_arabic)
        self.latin = texts.latin_pattern(name) if self.is_arabic else None
        is_long = self.is_arabic and len(self.words) > 1
        self.latin_beginning = texts.latin_beginning(name) if is_long else None

    def _forms(self) -> Iterator[str]:
        in_arabic = texts.arabic_forms(self.folded, is_family=self.is_family) if self.is_arabic else ()
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
        if len(bare) < texts.LONG_ENOUGH_FOR_A_SLIP or self._near.isdisjoint((bare, *texts.shortened(bare))):
            return False
        return any(texts.is_slip(bare, form) for form in map(without_article, self.forms))

    def is_almost(self, word: str) -> bool:
        """Tell whether ``word``, of the script of this part, has a slip, or in Latin letters other vowels."""
        is_vowel = not self.is_arabic and word[0] == self.plain[0] and self.is_written_in_latin(word)
        return is_vowel or self.is_slip_of(word)

    @cached_property
    def _near(self) -> frozenset[str]:
        """Return the forms and what they are with a letter left out: a slip shares one of these."""
        forms = [form for form in map(without_article, self.forms) if len(form) >= texts.LONG_ENOUGH_FOR_A_SLIP]
        return frozenset((*forms, *(short for form in forms for short in texts.shortened(form))))

    def is_written_in_latin(self, word: str) -> bool:
        """Tell whether ``word`` of Latin letters, or of Arabic ones for a Latin name, may be this part."""
        if self.latin:
            return bool(self.latin.fullmatch(word))
        if texts.is_arabic(word) and self.strength >= texts.LEAST_SKELETON:
            return texts.may_be_foreign(word, self.plain)
        is_long = self.strength >= texts.STRONG_SKELETON
        return is_long and texts.skeleton(texts.without_accents(word)) == texts.skeleton(self.plain)

    def begins_in_latin(self, word: str) -> bool:
        """Tell whether ``word`` of Latin letters may be the first word of this part, which has several."""
        return self.latin_beginning is not None and bool(self.latin_beginning.fullmatch(word))

    def begins_abroad(self, word: str) -> bool:
        """Tell whether ``word`` of Arabic letters may be the first word of this part, registered in Latin ones."""
        if self.is_arabic or len(word) < SHORTEST or not texts.is_arabic(word):
            return False
        has_two = len(self.words) > 1 or self.plain.startswith(texts.BEGINNINGS)
        return has_two and texts.may_begin_foreign(word, self.plain)

    def begins_with(self, letter: str) -> bool:
        """Tell whether ``letter``, of either script, is the initial of this part."""
        if letter in {self.folded[0], without_article(self.folded)[0]}:
            return True
        return self.is_arabic and letter.isascii() and texts.is_latin_initial(without_article(self.folded)[0], letter)


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
            heard, known = texts.skeleton(re.sub("^(?:al|el)", "", word)), texts.skeleton(family.own_form)
            return len(known) > 1 and heard == known
        bare = without_article(word)
        return any(texts.is_slip(bare, without_article(form), least=SHORTEST + 1) for form in family.forms)

    def is_like_first(self, word: str) -> bool:
        """Tell whether ``word``, folded, before the family's name is the first name with a slip, and no other name."""
        first = self.by_number.get(0)
        if first is None or not first.is_arabic or word in words_of("given") or _is_known(word):
            return False
        return any(texts.is_slip(word, form, least=SHORTEST + 1) for form in first.forms)

    def is_pet_name(self, word: str) -> bool:
        """Tell whether ``word`` has the consonants of the first name in another form: Ghaddoura of Ghadeer."""
        first = self.by_number.get(0)
        known = texts.root(first.folded) if first and first.is_arabic else ""
        return len(known) >= SHORTEST and texts.root(word) == known

    @cached_property
    def _latin_pairs(self) -> list[re.Pattern[str]]:
        """Return what matches the first name and another part, or the family and another, written as one word."""
        spelt = [(part, part.latin.pattern) for part in self.parts if part.latin]
        return [
            re.compile(f"(?:{pattern})(?:{other_pattern})")
            for (part, pattern), (other, other_pattern) in permutations(spelt, 2)
            if not self.ends.isdisjoint((part.number, other.number))
            and part.strength + other.strength > texts.STRONG_SKELETON
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
        if len(word) > texts.LONGEST:
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
        if len(word) > texts.LONGEST:
            return None
        word = word.removesuffix("'s").removesuffix("’s")
        for form in texts.attached_forms(word):
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
        return any(self._covers(form, frozenset()) for form in (bare, *texts.attached_forms(bare)))

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
        is_arabic = texts.is_arabic(word)
        is_ordinary = _is_known(word)
        if len(word) == 1 or word.isdigit() or (is_ordinary and not is_arabic):
            return None
        forms = texts.attached_forms(word) if is_arabic else (word,)
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


# ---- Tells where a word of the person's name names another: a place, an official, somebody with another first
# name.


#: Words from "street" or "the manager" to the name.
REACH: Final = 4
#: Words from "I" or "my" to "of the tribe of", and from the name to "where I work" or "in my name".
_OWN_REACH: Final = 4
#: Words of the name of a place, as of a street after a king with his father and grandfather.
_LONGEST_NAME: Final = 8
_SPACE: Final = re.compile(r"\s*")


class Mention(NamedTuple):
    """Words ``first`` to ``last`` of a text, by their numbers, that may be the part of a name."""

    first: int
    last: int
    part: int
    is_sure: bool
    is_ordinary: bool


@dataclass(frozen=True)
class Namesakes:
    """The places, officials and others in one text who are named like the person."""

    text: ReadText
    parts: NameParts

    def has(self, mention: Mention) -> bool:
        """Tell whether a place, an official or somebody with another first name is called so."""
        is_somewhere = self.is_place(mention) or self.is_area(mention)
        return is_somewhere or self.is_official(mention) or self.has_other_first_name(mention)

    def is_place(self, mention: Mention, *, is_pair: bool = False) -> bool:
        """Tell whether a street, a school or another place is named after a namesake.

        A place with an article has its own name: "the street". A shop with two parts of the name (``is_pair``) is the
        person's or the father's.
        """
        words = self.text.words
        after = self._behind_the_name(mention)
        if after < len(words) and self._is_beside(after - 1):
            word = words[after].text
            if word in words_of("street") and not (is_pair and word in words_of("business")):
                return True
        before = self._before_the_name(mention)
        if before < 0 or self.text.ends_sentence(before, before + 1):
            return False
        word = words[before].text
        if is_of("business", word) and is_pair:
            return False
        if is_of("kindred", word):
            is_council = before > 0 and is_of("place", words[before - 1].text)
            return (is_of("tribe", word) or is_council) and not self._is_own_kindred(before, mention)
        if _is_described(word, words[mention.first].text) and not is_pair:
            return True
        return (is_of("place", word) or is_of("business", word)) and not word.startswith(ARTICLE)

    def _before_the_name(self, mention: Mention) -> int:
        """Return the word before all names and titles of namesakes that lead up to ``mention``, or -1."""
        words, before = self.text.words, mention.first - 1
        least = max(-1, mention.first - _LONGEST_NAME - 1)
        while before > least and not self.text.ends_sentence(before, before + 1):
            word = words[before].text
            is_title = word in words_of("prefix_title") or word in words_of("glue")
            if not (is_title or self._may_be_name(before)) or word in words_of("kindred"):
                return before
            before -= 1
        return -1

    def is_area(self, mention: Mention) -> bool:
        """Tell whether a family name alone is where people live: "in Hashemi", "North Hashemi"."""
        words = self.text.words
        after = mention.last + 1
        part = self.parts.by_number.get(mention.part)
        if part is None or not part.is_family:
            return False
        if after < len(words) and self._is_beside(mention.last) and words[after].text in words_of("side"):
            return True
        return mention.first > 0 and words[mention.first - 1].text in words_of("location")

    def _behind_the_name(self, mention: Mention) -> int:
        """Return the word behind all names that follow each other from ``mention`` on: Nasser bin Jamil Street."""
        words, after = self.text.words, mention.last + 1
        most = min(len(words), after + REACH)
        while after < most and (words[after].text in words_of("glue") or self._may_be_name(after)):
            after += 1
        return after

    def is_official_beside(self, mention: Mention) -> bool:
        """Tell whether "the manager" or the like stands right before."""
        return mention.first > 0 and is_of("office", self.text.words[mention.first - 1].text)

    def _is_beside(self, place: int) -> bool:
        return bool(_SPACE.fullmatch(self.text.between(place, place + 1)))

    def _may_be_name(self, place: int) -> bool:
        word = self.text.words[place].text
        if self.parts.match(word) is not None or word in words_of("given"):
            return True
        # Abd al-Qader is a given name in two words.
        pair = self.text.words[max(0, place - 1) : place + 2]
        return any(one.text + other.text in words_of("given") for one, other in pairwise(pair))

    def _is_own_kindred(self, place: int, mention: Mention) -> bool:
        """Tell whether the tribe at ``place`` is the person's: "I am of the tribe of", or with another part beside."""
        words = self.text.words
        if words[place].text.endswith("ي"):
            return True
        before = words[max(0, place - _OWN_REACH) : place]
        near = [*before, *words[mention.last + 1 : mention.last + 1 + _OWN_REACH]]
        return any(is_of("self", word.text) or is_of("child_of", word.text) for word in before) or any(
            own is not None and own.part not in {mention.part, BOTH}
            for own in (self.parts.match(word.text) for word in near)
        )

    def is_official(self, mention: Mention) -> bool:
        """Tell whether "the manager", "Doctor" or the like stands before, perhaps with another name between."""
        words = self.text.words
        for place in range(mention.first - 1, max(-1, mention.first - REACH), -1):
            if self.text.ends_sentence(place, place + 1):
                return False
            if is_of("office", words[place].text):
                return True
            own = self.parts.match(words[place].text)
            if own and own.part in {0, BOTH}:
                return False
        return False

    def has_other_first_name(self, mention: Mention) -> bool:
        """Tell whether somebody else's first name stands right before a family name."""
        if mention.first == 0 or mention.part == BOTH or not self.parts.by_number[mention.part].is_family:
            return False
        before = self.text.words[mention.first - 1]
        is_own = self.parts.match(before.text) is not None
        if not self._is_beside(mention.first - 1) or is_own or before.text in words_of("glue"):
            return False
        if before.text in words_of("title"):
            return False
        is_latin_name = before.text.isascii() and self.text.typed_form(before)[0].isupper() and mention.first > 1
        return is_of("given", before.text) or is_latin_name


def _is_described(place: str, name: str) -> bool:
    """Tell whether ``name`` says of what kind a place with its article is: "the desert road"."""
    bare = place[1:] if place[:1] in PARTICLES else place
    is_kind = name.startswith(ARTICLE) and name.endswith(("ي", "يه"))
    return is_kind and bare.startswith(ARTICLE) and bare.removeprefix(ARTICLE) in words_of("place")


# ---- Tells whether a word of the person's name stands where the person is meant: at their number, in a
# quotation.


_WORD: Final = re.compile(r"[^\W_]+")
_OPENING: Final = '«"“‘'
_CLOSED: Final = re.compile('[»"”’]')
#: Letters between a name and the number that is the person's, and from the beginning of a quotation to a name in it.
_NEAR, _QUOTATION = 12, 80


def is_beside_contact(text: ReadText, contacts: Sequence[Span], mention: Mention) -> bool:
    """Tell whether one of the person's own numbers stands beside, or a word away: "Bashar, 0795 540 132"."""
    start, end = text.words[mention.first].start, text.words[mention.last].end
    between = [
        text.plain[found.end : start] if found.end <= start else text.plain[end : found.start] for found in contacts
    ]
    most = 0 if mention.is_ordinary else 1
    return any("\n" not in one and len(one) <= _NEAR and len(_WORD.findall(one)) <= most for one in between)


def is_quoted(text: ReadText, mention: Mention) -> bool:
    """Tell whether a mention stands in a quotation of what was said or written: a threat, the subject of a message."""
    start = text.words[mention.first].start
    opened = max(text.plain.rfind(sign, max(0, start - _QUOTATION), start) for sign in _OPENING)
    if opened < 0 or _CLOSED.search(text.plain, opened + 1, start):
        return False
    near = text.words_before(opened, 2 * REACH)
    return any(is_of("saying", word.text) or is_of("written", word.text) for word in near)


def has_profession(text: ReadText, title: str) -> bool:
    """Tell whether the text says "I am an engineer" of the title before a name."""
    places = text.find(lambda word: word in words_of("profession_of_me"))
    return any(place + 1 < len(text.words) and text.words[place + 1].text == title for place in places)


def complains(text: ReadText, mention: Mention) -> bool:
    """Tell whether a mention is of who complains: "Engineer Haifa filed the complaint"."""
    after = mention.last + 1
    return after < len(text.words) and text.words[after].text in words_of("complaining")


def is_pointed_at(text: ReadText, mention: Mention) -> bool:
    """Tell whether what was said begins with the name, or points at it: he said: Amina, wait; he said: this Amina."""
    words, first, after = text.words, mention.first, mention.last + 1
    behind = text.plain[words[mention.last].end :][:2]
    is_first = ":" in text.between(first - 1, first) and CALL.match(behind)
    is_shown = first > 1 and is_of("this_one", words[first - 1].text) and ":" in text.between(first - 2, first - 1)
    is_this = after < len(words) and is_of("this_one", words[after].text)
    return bool(is_first or is_shown or is_this or behind.startswith("!"))


def is_in_name_of(text: ReadText, mention: Mention) -> bool:
    """Tell whether "in the name of" stands before a first name, and a paper near it if the name is an ordinary word."""
    if mention.part != 0 or mention.first == 0 or text.words[mention.first - 1].text not in words_of("name_of"):
        return False
    near = text.words[max(0, mention.first - REACH) : mention.first - 1]
    return not mention.is_ordinary or any(is_of("paper", word.text) for word in near)


def is_labelled(text: ReadText, mention: Mention) -> bool:
    """Tell whether "son of", "the family", "the second one" or the like stands right before a part of the name."""
    if not mention.is_sure or mention.first == 0 or not text.is_beside(mention.first - 1):
        return False
    before = text.words[mention.first - 1].text
    return any(is_of(kind, before) for kind in ("field", "glue", "kin", "relative", "name_of")) and before != "from"


def misspelt_names(text: ReadText, parts: NameParts) -> Iterator[Span]:
    """Yield the word behind "my name is" that is the first name with a slip."""
    for cue in text.find(lambda word: is_of("self", word) and not is_of("weak_self", word)):
        place = cue + 1 + (cue + 1 < len(text.words) and text.words[cue + 1].text == "is")
        if place < len(text.words) and parts.is_like_first(text.words[place].text):
            yield Span(text.words[place].start, text.words[place].end)


def family_behind(text: ReadText, parts: NameParts, mention: Mention) -> list[Mention]:
    """Return the word behind the first name as the family's, if it is spelt or heard almost like it."""
    after = mention.last + 1
    if mention.part != 0 or after >= len(text.words):
        return []
    word = text.words[after].text
    is_certain = word.isascii() or (mention.is_sure and not mention.is_ordinary)
    is_like = text.is_beside(mention.last) and parts.is_like_family(word)
    if not (is_certain and is_like) or parts.may_begin(word):
        return []
    return [Mention(after, after, max(parts.ends), is_sure=False, is_ordinary=False)]


def with_first_name(text: ReadText, parts: NameParts, mention: Mention) -> Mention:
    """Return a family name with the first name before it, if misspelt, or another one behind "I am"."""
    first = mention.first - 1
    is_family = mention.part == max(parts.ends) and mention.is_sure and not mention.is_ordinary
    if not is_family or first < 0 or not text.is_beside(first):
        return mention
    name = text.words[first]
    if parts.match(name.text) or is_of("office", name.text):
        return mention
    is_own = parts.is_like_first(name.text) or (_is_name(text, name) and _follows_i_am(text, first))
    return mention._replace(first=first, part=BOTH) if is_own else mention


def _is_name(text: ReadText, word: PlacedWord) -> bool:
    return word.text in words_of("given") or (word.text.isascii() and text.is_capital(word))


def _follows_i_am(text: ReadText, place: int) -> bool:
    """Tell whether "I am" or "my name is" stands right before the word ``place``."""
    if place == 0 or not text.is_beside(place - 1):
        return False
    cue, before = text.words[place - 1].text, text.words[max(0, place - 2)].text
    return is_of("self", cue) or cue == "am" or (cue, before) == ("is", "name")
