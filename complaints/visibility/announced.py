"""Finds the names of relatives, and what somebody is called, by the words that announce them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from complaints.visibility.texts import PlacedWord, ReadText, Span
from complaints.visibility.vocabulary import ARTICLE, is_of, words_of

_QUOTED: Final = re.compile(r"[«\"“'‘]([^«»\"“”'’\n]{2,40})[»\"”'’]")
#: Letters between "they call me" and the quotation.
_NICKNAME_REACH: Final = 40
_CALL: Final = frozenset(("call", "calls", "called"))
_AS: Final = frozenset(("ب", "باسم", "هو", "as", "is"))
_SPACE: Final = re.compile(r"\s*")
#: Parts of a relative's name.
_MOST_PARTS: Final = 3


def relatives(text: ReadText) -> Iterator[Span]:
    """Yield the names behind "my husband", "my son" and the like, who tell who the person is."""
    words = text.words
    for place in text.find(partial(is_of, "relative")):
        first = place + 1
        while first < len(words) and (words[first].text in words_of("title") or words[first].text in words_of("glue")):
            first += 1
        last = first
        is_plain = first < len(words) and first == place + 1 and is_of("ordinary", words[first].text)
        if is_plain and not _precedes_a_name(text, first):
            continue
        while (
            last < len(words)
            and _is_given(text, words[last])
            and not text.ends_sentence(last - 1, last)
            and last < first + _MOST_PARTS
        ):
            last += 1
        if last > first and last < len(words) and _follows_as_family(text, last):
            last += 1
        if last > first:
            yield Span(words[first].start, words[last - 1].end)


def _is_given(text: ReadText, word: PlacedWord) -> bool:
    if word.text.isascii():
        return text.typed_form(word)[0].isupper() or word.text in words_of("given")
    return word.text in words_of("given") and word.text not in {"علي", "في", "عند"}


def _precedes_a_name(text: ReadText, place: int) -> bool:
    return place + 1 < len(text.words) and _is_given(text, text.words[place + 1])


def _follows_as_family(text: ReadText, place: int) -> bool:
    is_beside = _SPACE.fullmatch(text.between(place - 1, place))
    return bool(is_beside) and text.words[place].text.startswith(ARTICLE)


def nicknames(text: ReadText) -> Iterator[Span]:
    """Yield what somebody says they are called: the quotation behind it, or the next name."""
    words = text.words
    for place in text.find(lambda word: word == "me" or is_of("nickname", word) or is_of("known", word)):
        if words[place].text == "me" and not (place and words[place - 1].text in _CALL):
            continue
        end = words[place].end
        quoted = _QUOTED.search(text.plain, end, end + _NICKNAME_REACH)
        if quoted:
            yield Span(*quoted.span(1))
        elif place + 1 < len(words) and not text.ends_sentence(place, place + 1) and _tells(text, place):
            yield _called(words, place + 1)


def _tells(text: ReadText, place: int) -> bool:
    """Tell whether a name follows: "nobody knows me there" tells none, "they know me as Abu Yazan" does."""
    words = text.words
    after = words[place + 1].text
    is_name = words[place].text == "me" and text.typed_form(words[place + 1])[0].isupper()
    return is_name or is_of("nickname", words[place].text) or is_of("glue", after)


def _called(words: Sequence[PlacedWord], place: int) -> Span:
    last = place
    while last + 1 < len(words) and (is_of("glue", words[last].text) or words[last].text in _AS):
        last += 1
    return Span(words[place].start, words[last].end)
