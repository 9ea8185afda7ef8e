"""Finds how somebody is called after the eldest child: "I am Abu Khalil", "Asem (Abu Suhaib)", "O Umm Khalil"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from complaints.visibility.name_parts import MOST_WORDS, NameParts
from complaints.visibility.namesakes import Mention, Namesakes
from complaints.visibility.texts import ReadText, Span
from complaints.visibility.vocabulary import is_of, without_article, without_particle, words_of

#: Words from "I am" or "regards" to "Abu".
_REACH: Final = 3
_BESIDE: Final = re.compile(r"[\s(\[\"«“'،,\-–—/:]*")
_ARTICLES: Final = frozenset(("el", "al", "il"))


def kunyas(text: ReadText, parts: NameParts) -> Iterator[Span]:
    """Yield "Abu" and "Umm" with the name behind them where they are said of oneself, called, or beside the own name.

    A mosque or a street that is called so is kept, and so is "Umm" before anything but a name.
    """
    for place in text.find(partial(is_of, "kunya")):
        end = _end(text, parts, place)
        if end > place and not _is_place(text, parts, place):
            last, _part = _own_name_behind(text, parts, end)
            if last > end or _is_beside_name(text, parts, place) or _is_said(text, parts, place):
                yield Span(text.words[place].start, text.words[last].end)


def _end(text: ReadText, parts: NameParts, place: int) -> int:
    """Return the last word of the name behind "Abu", or ``place`` if there is none."""
    after = place + 1
    if after >= len(text.words) or not text.is_beside(place):
        return place
    word = text.words[after]
    if word.text in _ARTICLES and after + 1 < len(text.words):
        after, word = after + 1, text.words[after + 1]
    is_name = without_article(word.text) in words_of("given") or (
        word.text.isascii() and not is_of("ordinary", word.text)
    )
    is_kin_of_men = text.words[place].text in {"ابو", "ابي", "abu", "abo"} and not is_of("ordinary", word.text)
    is_name = is_name or is_kin_of_men or parts.match(word.text) is not None
    is_before_family = _own_name_behind(text, parts, after)[1] == max(parts.ends)
    return after if is_name or is_before_family else place


def _own_name_behind(text: ReadText, parts: NameParts, place: int) -> tuple[int, int | None]:
    """Return the last word of the part of the own name that follows the word ``place``, and which; else nothing."""
    after = place + 1
    if after < len(text.words) and text.is_beside(place):
        for count in range(min(MOST_WORDS, len(text.words) - after), 0, -1):
            words = text.words[after : after + count]
            if own := parts.match_joined(words) if count > 1 else parts.match(words[0].text):
                return place + count, own.part
    return place, None


def _is_place(text: ReadText, parts: NameParts, place: int) -> bool:
    return Namesakes(text, parts).is_place(Mention(place, place, 0, is_sure=True, is_ordinary=False))


def _is_beside_name(text: ReadText, parts: NameParts, place: int) -> bool:
    if place == 0 or not _BESIDE.fullmatch(text.between(place - 1, place)):
        return False
    own = parts.match(text.words[place - 1].text)
    return own is not None and own.is_sure and not own.is_ordinary


def _is_said(text: ReadText, parts: NameParts, place: int) -> bool:
    """Tell whether somebody says it of oneself or is called so."""
    if text.is_said_to_be_me(place + 1):
        return True
    name = place
    while place and is_of("courtesy", without_particle(text.words[place - 1].text)):
        place -= 1
    before = text.words[place - 1].text if place else ""
    if before in words_of("vocative") or is_of("relative", before) or before in words_of("kunya_cue"):
        return True
    begins = place == 0 and parts.match(text.words[name + 1].text) is not None
    if begins or before == "am" or _is_quoted(text, name):
        return True
    for cue in range(place - 1, max(-1, place - 1 - _REACH), -1):
        if text.ends_sentence(cue, cue + 1) and "\n" not in text.between(cue, cue + 1):
            return False
        if is_of("self", text.words[cue].text) or is_of("closing", text.words[cue].text):
            return True
    return False


def _is_quoted(text: ReadText, place: int) -> bool:
    """Tell whether "Umm Rami" stands alone in a quotation of what was said or written."""
    last = min(len(text.words) - 1, place + 1)
    before, behind = text.plain[: text.words[place].start].rstrip(), text.plain[text.words[last].end :].lstrip()
    near = text.words[max(0, place - 1 - _REACH) : place]
    is_told = any(is_of("saying", word.text) or is_of("written", word.text) for word in near)
    return is_told and before.endswith(("«", '"', "“")) and behind.startswith(("»", '"', "”"))
