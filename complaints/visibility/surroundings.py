"""Tells whether a word of the person's name stands where the person is meant: at their number, in a quotation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from complaints.visibility.name_parts import BOTH, NameParts
from complaints.visibility.namesakes import REACH, Mention
from complaints.visibility.texts import CALL, PlacedWord, ReadText, Span
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
