"""Finds where a text names a person: two parts of the name close together, a rare one, or one said of oneself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

from complaints.visibility import spellings
from complaints.visibility.name_parts import BOTH, MOST_WORDS, NameParts, spelled_letters
from complaints.visibility.texts import PlacedWord, ReadText, Span
from complaints.visibility.vocabulary import ARTICLE, is_of, words_of

#: Words that may stand between two parts besides titles and "bin": a middle name that is not registered.
MOST_BETWEEN: Final = 2
#: Words from "my name is", "signed", "regards" to the name.
REACH: Final = 4
_STOP: Final = re.compile(r"[.!?؟\n،,؛;:»)\-–—]")
_SPACE: Final = re.compile(r"\s*")
_VOCATIVE, _ALIF_MAKSURA = "يا", "ى"
#: They stand before ordinary words as well.
_WEAK_SELF: Final = frozenset(
    (
        "انا",
        "اني",
        "نحن",
        "احنا",
        "المواطن",
        "المواطنه",
        "الطالب",
        "معك",
        "معكم",
        "صاحبه",
        "عزيزي",
        "عزيزتي",
        "حضره",
        "dear",
        "im",
        "i'm",
        "me",
    )
)
_BE: Final = frozenset({"i am", "this is", "it is"})


class Mention(NamedTuple):
    """Words ``first`` to ``last`` of a text, by their numbers, that may be the part of a name."""

    first: int
    last: int
    part: int
    is_sure: bool
    is_ordinary: bool


class NameFinder:
    """Finds the name of one person in one text."""

    def __init__(self, text: ReadText, parts: NameParts) -> None:
        self.text, self.parts = text, parts
        self.words = text.words

    def spans(self) -> Iterator[Span]:
        """Yield what names the person."""
        found = [mention for mention in self.mentions if self._names(mention)]
        pairs = [(one, other) for one, other in pairwise(self.mentions) if self._belong(one, other)]
        for one, other in pairs:
            yield self._span(one.first, other.last)
        for one in found:
            yield self._span(one.first, one.last)
        told = {mention.part for mention in (*found, *(one for pair in pairs for one in pair))}
        for mention in self.mentions:
            if mention.part in told and mention.is_sure and not mention.is_ordinary and not self._is_another(mention):
                yield self._span(mention.first, mention.last)
        yield from self._spelt_out()

    @cached_property
    def mentions(self) -> list[Mention]:
        """Return the words that may be parts of the name."""
        found: list[Mention] = []
        for place in self.text.find(self.parts.may_begin):
            if found and place <= found[-1].last:
                continue
            mention = self._mention(place)
            if mention:
                found.append(self._with_initials(mention))
        return found

    def _mention(self, place: int) -> Mention | None:
        one = self.parts.match(self.words[place].text)
        if one:
            return None if one.is_ordinary and self._is_preposition(place, one.part) else Mention(place, place, *one)
        for count in range(2, MOST_WORDS + 1):
            if place + count > len(self.words) or "\n" in self.text.between(place + count - 2, place + count - 1):
                return None
            joined = self.parts.match_joined(self.words[place : place + count])
            if joined:
                return Mention(place, place + count - 1, *joined)
        return None

    def _is_preposition(self, place: int, part: int) -> bool:
        """Tell whether a word is typed with the last letter of على, where the name has that of علي."""
        is_typed_so = self.text.typed_form(self.words[place]).endswith(_ALIF_MAKSURA)
        return is_typed_so and not self.parts.by_number[part].name.endswith(_ALIF_MAKSURA)

    # ---- two parts ----

    def _belong(self, one: Mention, other: Mention) -> bool:
        """Tell whether two mentions that follow each other name the person together."""
        if one.part == other.part or self._are_of_another(one, other):
            return False
        between = self.words[one.last + 1 : other.first]
        strangers = [word for word in between if not self._joins_names(word.text)]
        if one.is_ordinary or other.is_ordinary or not (one.is_sure and other.is_sure):
            return all(is_of("given", word.text) for word in strangers) and self._look_like_a_name(one, other)
        if not strangers:
            return True
        if any(is_of("office", word.text) for word in between) or self._has_office(one):
            return False
        if self.text.ends_sentence(one.last, other.first) or self.parts.ends.isdisjoint((one.part, other.part)):
            return False
        most = MOST_BETWEEN + all(is_of("given", word.text) for word in strangers)
        return len(strangers) <= most

    def _are_of_another(self, one: Mention, other: Mention) -> bool:
        """Tell whether a place is named so, or an official who has the names of the person's father and family."""
        is_official = self._has_office(one) and not {0, BOTH} & {one.part, other.part}
        return is_official or self._is_placed(one) or self._is_placed(other)

    def _joins_names(self, word: str) -> bool:
        return word in words_of("glue") or word in words_of("title")

    def _look_like_a_name(self, one: Mention, other: Mention) -> bool:
        """Tell whether two mentions beside each other are a name, of which each part may be an ordinary word."""
        if not (self._looks_like_a_name(one) and self._looks_like_a_name(other)):
            return False
        if one.part < other.part or other.part == BOTH:
            return True
        # The family first: then it has its article, if it may be an ordinary word.
        is_family = one.part == max(self.parts.ends)
        return is_family and (not one.is_ordinary or self.words[one.first].text.startswith(ARTICLE))

    def _looks_like_a_name(self, mention: Mention) -> bool:
        """Tell whether a mention, if in Latin letters, has the capital of a name."""
        word = self.words[mention.first]
        return self.text.is_capital(word) or not word.text.isascii()

    # ---- one part ----

    def _names(self, mention: Mention) -> bool:
        """Tell whether a mention names the person by itself."""
        if mention.part == BOTH:
            return True
        if self._is_placed(mention):
            return False
        if self._is_of_oneself(mention) or self._is_signature(mention) or self._is_called(mention):
            return True
        part = self.parts.by_number[mention.part]
        is_rare = part.is_rare and mention.is_sure and not mention.is_ordinary and self._looks_like_a_name(mention)
        is_spelt_otherwise = part.is_arabic and self.words[mention.first].text.isascii()
        is_plain = not is_spelt_otherwise or part.strength > spellings.STRONG_SKELETON
        return is_rare and is_plain and not self._is_another(mention)

    def _is_of_oneself(self, mention: Mention) -> bool:
        """Tell whether "I am", "my name is", "signed" or the like stands before."""
        word = self.words[mention.first]
        for place in range(mention.first - 1, max(-1, mention.first - REACH), -1):
            cue = self.words[place].text.removesuffix("'s")
            if self.text.ends_sentence(place, mention.first) and place < mention.first - 1:
                return False
            if is_of("self", cue) or self._says_i_am(place):
                is_weak = cue in _WEAK_SELF or cue[1:] in _WEAK_SELF or cue == "am"
                if is_weak and word.text.startswith("و") and self.parts.match(word.text[1:]):
                    return False  # "I and Amal"
                return self._is_said(mention) if is_weak or word.text.isascii() else True
            if not (self._joins_names(cue) or is_of("between", cue)):
                return False
        return False

    def _is_called(self, mention: Mention) -> bool:
        """Tell whether somebody calls the person by the first name: he said, O Amina."""
        if mention.part != 0 or mention.first == 0 or self.words[mention.first - 1].text != _VOCATIVE:
            return False
        near = self.words[max(0, mention.first - 2 - REACH) : mention.first - 1]
        return any(is_of("saying", word.text) for word in near)

    def _says_i_am(self, place: int) -> bool:
        return place > 0 and f"{self.words[place - 1].text} {self.words[place].text}" in _BE

    def _is_said(self, mention: Mention) -> bool:
        """Tell whether a name and not an ordinary word follows "I am"."""
        if not self._looks_like_a_name(mention):
            return False
        if not mention.is_ordinary:
            return True
        if mention.last + 1 == len(self.words):
            return True
        return bool(_STOP.search(self.text.between(mention.last, mention.last + 1))) or is_of(
            "after_name", self.words[mention.last + 1].text
        )

    def _is_signature(self, mention: Mention) -> bool:
        """Tell whether the mention ends the text or a line and a greeting, a dash or a new line stands before it."""
        if not self._looks_like_a_name(mention) or not mention.first:
            return False
        end = self.words[mention.last + 1].start if mention.last + 1 < len(self.words) else len(self.text.plain)
        behind = self.text.plain[self.words[mention.last].end : end]
        if mention.last + 1 < len(self.words) and "\n" not in behind:
            return False
        before = self.text.between(mention.first - 1, mention.first)
        near = self.words[max(0, mention.first - REACH) : mention.first]
        greets = any(is_of("closing", word.text) for word in near)
        return bool(greets or "\n" in before or re.search("[-–—]", before))

    # ---- others of the same name ----

    def _is_another(self, mention: Mention) -> bool:
        """Tell whether a place, an official or somebody with another first name is called so."""
        return self._is_placed(mention) or self._has_office(mention) or self._has_other_name(mention)

    def _is_placed(self, mention: Mention) -> bool:
        """Tell whether a street, a school or another place is named after a namesake."""
        after = mention.last + 1
        if after < len(self.words) and self.words[after].text in words_of("street"):
            return True
        for place in range(mention.first - 1, max(-1, mention.first - REACH), -1):
            if self.text.ends_sentence(place, place + 1):
                return False
            word = self.words[place].text
            if is_of("place", word) and not word.startswith(ARTICLE):
                return True
            if word not in words_of("prefix_title") and not self.parts.match(word) and word not in words_of("given"):
                return False
        return False

    def _has_office(self, mention: Mention) -> bool:
        """Tell whether "the manager", "Doctor" or the like stands before, perhaps with another name between."""
        for place in range(mention.first - 1, max(-1, mention.first - REACH), -1):
            if self.text.ends_sentence(place, place + 1):
                return False
            if is_of("office", self.words[place].text):
                return True
            own = self.parts.match(self.words[place].text)
            if own and own.part in {0, BOTH}:
                return False
        return False

    def _is_own(self, place: int) -> bool:
        """Tell whether the word ``place`` is one of the person's own names."""
        return self.parts.match(self.words[place].text) is not None

    def _has_other_name(self, mention: Mention) -> bool:
        """Tell whether somebody else's first name stands right before a family name."""
        if mention.first == 0 or mention.part == BOTH or not self.parts.by_number[mention.part].is_family:
            return False
        before = self.words[mention.first - 1]
        is_beside = _SPACE.fullmatch(self.text.between(mention.first - 1, mention.first))
        if not is_beside or self._is_own(mention.first - 1) or self._joins_names(before.text):
            return False
        is_latin_name = before.text.isascii() and self.text.typed_form(before)[0].isupper() and mention.first > 1
        return is_of("given", before.text) or is_latin_name

    # ---- how far it reaches ----

    def _span(self, first: int, last: int) -> Span:
        """Return the words ``first`` to ``last`` with "bin", "abu" and "al" before them."""
        while (
            first and self.words[first - 1].text in words_of("glue") and not self.text.ends_sentence(first - 1, first)
        ):
            first -= 1
        return Span(self.words[first].start, self.words[last].end)

    def _with_initials(self, mention: Mention) -> Mention:
        """Return ``mention`` with the initials of the other parts before it, which make it a name: R. Batarseh."""
        first = mention.first
        while first and len(self.words[first - 1].text) == 1 and self._is_initial(first - 1, mention.part):
            first -= 1
        last = mention.last + self._has_initial_after(mention)
        if (first, last) == (mention.first, mention.last) or mention.part == BOTH:
            return mention
        if mention.is_ordinary and last == mention.last:
            return mention
        return mention._replace(first=first, last=last, part=BOTH)

    def _has_initial_after(self, mention: Mention) -> bool:
        """Tell whether the initial of another part follows, with its dot: Reem M."""
        place = mention.last + 1
        if place >= len(self.words) or len(self.words[place].text) > 1:
            return False
        is_dotted = self.text.plain[self.words[place].end : self.words[place].end + 1] == "."
        letter = self.words[place].text
        return is_dotted and any(part.begins_with(letter) for part in self.parts.parts if part.number != mention.part)

    def _is_initial(self, place: int, part: int) -> bool:
        letter = self.words[place].text
        if "." not in self.text.between(place, place + 1) and not self.text.is_capital(self.words[place]):
            return False
        return any(other.begins_with(letter) for other in self.parts.parts if other.number != part)

    def _initials(self, run: Sequence[PlacedWord]) -> Iterator[Span]:
        """Yield a row of dotted letters that are the initials of first name and family, after "signed" or a title."""
        ends = [self.parts.by_number.get(number) for number in sorted(self.parts.ends)]
        if (
            len(run) == 1
            or len(ends) == 1
            or not all(ends)
            or any(self.text.plain[one.end : one.end + 1] != "." for one in run[:-1])
        ):
            return
        before = self.text.words_before(run[0].start, 1)
        is_announced = any(is_of(kind, word.text) for kind in ("self", "title", "closing") for word in before)
        if is_announced and all(
            part and part.begins_with(one.text) for part, one in zip(ends, run[:: len(run) - 1], strict=True)
        ):
            yield Span(run[0].start, run[-1].end)

    def _spelt_out(self) -> Iterator[Span]:
        """Yield the parts written letter by letter, whatever stands between the letters."""
        run: list[PlacedWord] = []
        for place in (*self.text.find(_is_letter), None):
            if place is not None and (not run or self.words[place].start - run[-1].end <= REACH):
                run.append(self.words[place])
                continue
            if run:
                yield from self._initials(run)
            if len(run) > 2:  # noqa: PLR2004
                for found in spelled_letters("".join(one.text for one in run), self.parts):
                    yield Span(run[found.start()].start, run[found.end() - 1].end)
            run = [] if place is None else [self.words[place]]


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isalpha()
