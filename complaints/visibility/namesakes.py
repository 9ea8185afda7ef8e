"""Tells where a word of the person's name names another: a place, an official, somebody with another first name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from complaints.visibility.name_parts import BOTH, NameParts
from complaints.visibility.texts import ReadText
from complaints.visibility.vocabulary import ARTICLE, PARTICLES, is_of, words_of

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
