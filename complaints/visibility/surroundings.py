"""Tells whether a word of the person's name stands where the person is meant: at their number, in a quotation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from complaints.visibility.namesakes import REACH, Mention
from complaints.visibility.texts import ReadText, Span
from complaints.visibility.vocabulary import is_of, words_of

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
