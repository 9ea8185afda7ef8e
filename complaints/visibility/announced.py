"""Finds the names of relatives, and what somebody is called, by the words that announce them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from complaints.visibility.name_parts import NameParts
from complaints.visibility.texts import PlacedWord, ReadText, Span
from complaints.visibility.vocabulary import ARTICLE, is_of, words_of

_QUOTED: Final = re.compile(r"[«\"“'‘]([^«»\"“”'’\n]{2,40})[»\"”'’]")
#: Letters between "they call me" and the quotation.
_NICKNAME_REACH: Final = 60
#: Letters between the quotation and "as they call me".
_CLOSE: Final = 16
_CALL: Final = frozenset(("call", "calls", "called", "calling", "know", "knows", "nicknamed", "named", "dubbed"))
_AS: Final = frozenset(("ب", "باسم", "هو", "as", "is", "b", "bi", "be", "me", "the", "بلقب", "الدلع", "الشهره"))
#: They stand before what somebody is called, also a few words after "known".
_NAMED_AS: Final = frozenset(("باسم", "بلقب", "as"))
_AS_REACH: Final = 4
#: Parts of a relative's name.
_MOST_PARTS: Final = 3
#: How the names of many families end.
_CLAN: Final = "ات"
#: Kinds of words between "my husband" and his name.
_LINKS: Final = ("title", "glue", "kin_link", "office", "self")
_VOCATIVE: Final = "يا"
#: Words from "I am" to "the wife of".
_SELF_REACH: Final = 3


def relatives(text: ReadText, parts: NameParts) -> Iterator[Span]:
    """Yield the names behind "my husband", "I am the mother of" and the like, who tell who the person is."""
    for place in _announcing(text):
        first, is_named = _skipped(text, place + 1)
        if first == len(text.words) or any(text.ends_sentence(before, before + 1) for before in range(place, first)):
            continue
        is_plain = not is_named and is_of("describing", text.words[first].text)
        if is_plain and not _precedes_a_name(text, first):
            continue
        last = _end_of_name(text, parts, first, is_named=is_named)
        if last > first:
            yield Span(text.words[first].start, text.words[last - 1].end)


def _announcing(text: ReadText) -> Iterator[int]:
    """Yield the words that announce a relative: "my wife", or "wife of" where somebody says "I am" or is called so."""
    for place in text.find(lambda word: is_of("relative", word.removesuffix("'s")) or is_of("kin", word)):
        if is_of("relative", text.words[place].text.removesuffix("'s")) or _is_of_writer(text, place):
            yield place


def _is_of_writer(text: ReadText, place: int) -> bool:
    """Tell whether "wife of" begins the text, follows "I am" or "O", or "mother of the complainant" stands there."""
    near = text.words[max(0, place - _SELF_REACH) : place]
    is_called = bool(near) and near[-1].text == _VOCATIVE
    is_of_complainant = place + 1 < len(text.words) and is_of("self", text.words[place + 1].text)
    is_self = any(is_of("self", word.text) or is_of("name_of", word.text) for word in near)
    return not place or is_called or is_of_complainant or is_self


def _skipped(text: ReadText, place: int) -> tuple[int, bool]:
    """Return where the name begins behind titles and "whose name is", and whether such words name somebody."""
    words, is_named = text.words, False
    while place < len(words) and any(words[place].text in words_of(kind) for kind in _LINKS):
        is_named = is_named or is_of("named", words[place].text)
        place += 1
    return place, is_named


def _end_of_name(text: ReadText, parts: NameParts, first: int, *, is_named: bool) -> int:
    """Return the word behind the name that begins at ``first``; a family name like the person's ends any name."""
    words, last = text.words, first
    while (
        last < min(len(words), first + _MOST_PARTS)
        and (_is_given(text, words[last]) or (is_named and last == first))
        and (last == first or not text.ends_sentence(last - 1, last))
    ):
        last += 1
    if last == first and first + 1 < len(words) and text.is_beside(first) and not is_of("ordinary", words[first].text):
        own = parts.match(words[first + 1].text)
        return first + 2 if own and own.is_sure and own.part == max(parts.ends) else first
    if last > first and last < len(words) and _follows_as_family(text, last):
        last += 1
    return last


def _is_given(text: ReadText, word: PlacedWord) -> bool:
    if word.text.isascii():
        return text.typed_form(word)[0].isupper() or word.text in words_of("given")
    return word.text in words_of("given") and word.text not in {"علي", "في", "عند"}


def _precedes_a_name(text: ReadText, place: int) -> bool:
    return place + 1 < len(text.words) and _is_given(text, text.words[place + 1])


def _follows_as_family(text: ReadText, place: int) -> bool:
    word = text.words[place].text
    return text.is_beside(place - 1) and (
        word.startswith(ARTICLE) or word in words_of("family") or word.endswith(_CLAN)
    )


def nicknames(text: ReadText) -> Iterator[Span]:
    """Yield what somebody says they are called: the quotation behind it, or the next name."""
    words = text.words
    for place in text.find(lambda word: word == "me" or is_of("nickname", word) or is_of("known", word)):
        if words[place].text == "me" and not (place and words[place - 1].text in _CALL):
            continue
        end = words[place].end
        quoted = _QUOTED.search(text.plain, end, end + _NICKNAME_REACH) or _quoted_before(text, place)
        if quoted:
            yield Span(*quoted.span(1))
            continue
        as_place = _as(text, place)
        if as_place or (place + 1 < len(words) and not text.ends_sentence(place, place + 1) and _tells(text, place)):
            yield _called(text, as_place or place + 1)


def _tells(text: ReadText, place: int) -> bool:
    """Tell whether a name follows: "nobody knows me there" tells none, "they know me as Abu Yazan" does."""
    words = text.words
    after = words[place + 1].text
    is_name = words[place].text == "me" and text.typed_form(words[place + 1])[0].isupper()
    return is_name or is_of("nickname", words[place].text) or is_of("glue", after) or after in _AS


def _quoted_before(text: ReadText, place: int) -> re.Match[str] | None:
    """Return the quotation right before "as they call me"."""
    start = text.words[place].start
    quoted = _QUOTED.search(text.plain, max(0, start - _NICKNAME_REACH), start)
    return quoted if quoted and start - quoted.end() < _CLOSE else None


def _as(text: ReadText, place: int) -> int:
    """Return the word "as" a little after "known in the village", or nothing."""
    words = text.words
    for after in range(place + 1, min(len(words) - 1, place + 1 + _AS_REACH)):
        if text.ends_sentence(after - 1, after):
            return 0
        if words[after].text in _NAMED_AS:
            return after
    return 0


def _called(text: ReadText, place: int) -> Span:
    words, last = text.words, place
    while last + 1 < len(words) and (is_of("glue", words[last].text) or words[last].text in _AS):
        last += 1
    if last + 1 < len(words) and words[last + 1].text in words_of("given"):
        last += 1
    while last + 1 < len(words) and text.is_beside(last) and text.typed_form(words[last + 1])[0].isupper():
        last += 1
    return Span(words[place].start, words[last].end)
