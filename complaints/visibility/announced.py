"""Finds names by the words that announce them: relatives, nicknames, kunyas, handles of social networks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from complaints.visibility.name_parts import BOTH, MOST_WORDS, Mention, NameParts, Namesakes
from complaints.visibility.texts import (
    ARTICLE,
    SHORTEST,
    PlacedWord,
    ReadText,
    Span,
    is_of,
    without_article,
    without_particle,
    words_of,
)

_QUOTED: Final = re.compile(r"[«\"“'‘]([^«»\"“”'’\n]{2,40})[»\"”'’]")
_COLON: Final = re.compile(r"\s*:?\s*")
_LISTED: Final = re.compile(r"\s*[،,]?\s*")
_BRACKETED: Final = re.compile(r"\(([^()\n]{2,40})\)")
#: Letters between "they call me" and the quotation.
_NICKNAME_REACH: Final = 60
#: Letters between the quotation and "as they call me".
_CLOSE: Final = 16
_CALL: Final = frozenset(("call", "calls", "called", "calling", "know", "knows", "nicknamed", "named", "dubbed"))
#: "Call me" and "I go by".
_LEADS: Final = {"me": _CALL, "by": frozenset(("go", "goes", "went"))}
_AS: Final = frozenset(("ب", "باسم", "هو", "as", "is", "b", "bi", "be", "me", "the", "بلقب", "الدلع", "الشهره"))
#: They stand before what somebody is called, also a few words after "known".
_NAMED_AS: Final = frozenset(("باسم", "بلقب", "as"))
_AS_REACH: Final = 4
#: Parts of a relative's name.
_MOST_PARTS: Final = 3
#: How the names of many families end.
_CLAN: Final = "ات"
_WHERE: Final = frozenset(("في", "بين", "عند", "in", "at", "among"))
#: Kinds of words behind which somebody says what they are called.
_CALLING: Final = ("nickname", "known", "said_to_me")
#: How verbs begin that tell what somebody does.
_VERBS: Final = ("ي", "بي", "كان")
#: Kinds of words between "my husband" and his name.
_LINKS: Final = ("title", "glue", "kin_link", "office", "self")
_VOCATIVE: Final = "يا"
#: Words from "I am" to "the wife of".
_SELF_REACH: Final = 3


def relatives(text: ReadText, parts: NameParts) -> Iterator[Span]:
    """Yield the names behind "my husband", "I am the mother of" and the like, who tell who the person is."""
    for place in _announcing(text, parts):
        first, is_named = _skipped(text, place + 1)
        if first == len(text.words) or any(text.ends_sentence(before, before + 1) for before in range(place, first)):
            continue
        is_plain = not is_named and is_of("describing", text.words[first].text) and not _is_elder(text, parts, first)
        if is_plain and not _precedes_a_name(text, parts, first):
            continue
        last = _end_of_name(text, parts, first, is_named=is_named)
        if last > first:
            yield Span(text.words[first].start, text.words[last - 1].end)
            if is_of("relatives", text.words[place].text):
                yield from _others_of_a_list(text, last)


def _is_elder(text: ReadText, parts: NameParts, place: int) -> bool:
    """Tell whether a word is the registered name of father or grandfather."""
    own = parts.match(text.words[place].text)
    return own is not None and own.is_sure and own.part > 0


def _others_of_a_list(text: ReadText, place: int) -> Iterator[Span]:
    """Yield the given names that follow one another from the word ``place`` on: Yazan, Rana and Muhammad."""
    words = text.words
    while place < len(words) and _LISTED.fullmatch(text.between(place - 1, place)):
        word = words[place]
        is_and = word.text == "and" and place + 1 < len(words)
        bare = word.text.removeprefix("و") if word.text not in words_of("given") else word.text
        if is_and:
            place += 1
        elif bare not in words_of("given") and not (word.text.isascii() and _is_given(text, word)):
            return
        if not is_and or _is_given(text, words[place]):
            yield Span(words[place].start, words[place].end)
        place += 1


def _announcing(text: ReadText, parts: NameParts) -> Iterator[int]:
    """Yield the words that announce a relative: "my wife", or "wife of" where somebody says "I am" or is called so."""
    kinds = ("relative", "relatives", "kin")
    for place in text.find(lambda word: any(is_of(kind, word.removesuffix("'s")) for kind in kinds)):
        before = text.words[place - 1].text if place else ""
        is_own = is_of("relative", text.words[place].text.removesuffix("'s")) or before in {"my", "our"}
        is_kin = is_of("kin", text.words[place].text) and (
            _is_of_writer(text, place) or (place + 1 < len(text.words) and _is_elder(text, parts, place + 1))
        )
        if is_own or is_kin:
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
        and (last == first or not text.ends_sentence(last - 1, last))
        and (count := _given_words(text, last) or (is_named and last == first))
    ):
        last += count
    if last == first and first + 1 < len(words) and text.is_beside(first) and not is_of("ordinary", words[first].text):
        own = parts.match(words[first + 1].text)
        return first + 2 if own and own.is_sure and own.part == max(parts.ends) else first
    if last > first:
        last = _end_of_family(text, last)
    return last


def _end_of_family(text: ReadText, place: int) -> int:
    """Return the word behind the family name that follows a given name at ``place``, or ``place`` if none does."""
    words = text.words
    if place >= len(words) or not text.is_beside(place - 1):
        return place
    if is_of("glue", words[place].text) and place + 1 < len(words) and text.is_beside(place):
        return place + 2
    return place + (_follows_as_family(text, place) or _stands_before_what_is_told(text, place))


def _stands_before_what_is_told(text: ReadText, place: int) -> bool:
    """Tell whether a word between a given name and "works in" or the like tells nothing itself: Basil Mirza works."""
    word, behind = text.words[place].text, place + 1
    if _tells_something(word) or word.isascii() or len(word) < SHORTEST or behind >= len(text.words):
        return False
    return text.is_beside(place) and text.words[behind].text in words_of("predicate")


def _tells_something(word: str) -> bool:
    """Tell whether ``word`` says something of the person who was named before."""
    kinds = ("predicate", "joining", "describing", "office", "profession", "location", "ordinary", "place")
    is_verb = word.startswith(_VERBS) or (word.endswith("ت") and not word.endswith(_CLAN))
    return is_verb or word.isdigit() or any(word in words_of(kind) for kind in kinds)


def _given_words(text: ReadText, place: int) -> int:
    """Return how many words from ``place`` on are a given name: two in Abd al-Rahman."""
    if place + 1 < len(text.words) and text.words[place].text + text.words[place + 1].text in words_of("given"):
        return 2
    return int(_is_given(text, text.words[place]))


def _is_given(text: ReadText, word: PlacedWord) -> bool:
    if word.text.isascii():
        return text.typed_form(word)[0].isupper() or word.text in words_of("given")
    return word.text in words_of("given") and word.text not in {"علي", "في", "عند"}


def _precedes_a_name(text: ReadText, parts: NameParts, place: int) -> bool:
    """Tell whether another given name follows, or the person's family: "my brother Kamel" alone may say "whole"."""
    if place + 1 >= len(text.words):
        return False
    own = parts.match(text.words[place + 1].text)
    is_own_family = own is not None and own.is_sure and own.part == max(parts.ends) and text.is_beside(place)
    return is_own_family or _is_given(text, text.words[place + 1])


def _follows_as_family(text: ReadText, place: int) -> bool:
    word = text.words[place].text
    return word.startswith(ARTICLE) or word in words_of("family") or word.endswith(_CLAN)


def nicknames(text: ReadText, parts: NameParts) -> Iterator[Span]:
    """Yield what somebody says they are called, the quotation behind it or the next name, wherever it stands."""
    for told in set(_told_nicknames(text, parts)):
        yield told
        name = text.plain[told.start : told.end]
        if len(name) > SHORTEST and not is_of("ordinary", name):
            yield from (Span(*again.span()) for again in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text.plain))


def _told_nicknames(text: ReadText, parts: NameParts) -> Iterator[Span]:
    words = text.words
    for place in text.find(lambda word: word in _LEADS or any(is_of(kind, word) for kind in _CALLING)):
        led = _LEADS.get(words[place].text)
        is_other = led is not None and not (place and words[place - 1].text in led)
        if is_other or _is_of_a_place(text, place):
            continue
        end = words[place].end
        quoted = _QUOTED.search(text.plain, end, end + _NICKNAME_REACH) or _quoted_before(text, place)
        if not quoted and is_of("nickname", words[place].text):
            quoted = _BRACKETED.search(text.plain, end, end + _NICKNAME_REACH // 2)
        if quoted:
            yield Span(*quoted.span(1))
            continue
        as_place = _as(text, place) or _behind_where(text, place)
        is_followed = place + 1 < len(words) and not text.ends_sentence(place, place + 1)
        if as_place or (is_followed and _tells(text, parts, place)):
            yield _called(text, as_place or place + 1)


def _tells(text: ReadText, parts: NameParts, place: int) -> bool:
    """Tell whether a name follows: "nobody knows me there" tells none, "they know me as Abu Yazan" does."""
    words = text.words
    after = words[place + 1].text
    is_name = words[place].text in _LEADS and text.typed_form(words[place + 1])[0].isupper()
    if is_of("said_to_me", words[place].text):
        return is_of("glue", after) or after in words_of("given") or parts.is_pet_name(after)
    if parts.match(after) or parts.is_pet_name(after):
        return True
    return is_name or is_of("nickname", words[place].text) or is_of("glue", after) or after in _AS


def _is_of_a_place(text: ReadText, place: int) -> bool:
    """Tell whether a street or a quarter is what is known: "the street known as"."""
    is_known = place > 0 and is_of("known", text.words[place].text)
    return is_known and is_of("place", without_article(text.words[place - 1].text))


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


def _behind_where(text: ReadText, place: int) -> int:
    """Return the word behind "my nickname in the village", or nothing if the words do not say where."""
    words = text.words
    is_where = place + 3 < len(words) and words[place + 1].text in _WHERE and is_of("nickname", words[place].text)
    is_followed = is_where and _COLON.fullmatch(text.between(place + 2, place + 3))
    return place + 3 if is_followed and all(map(text.is_beside, range(place, place + 2))) else 0


def _called(text: ReadText, place: int) -> Span:
    words, last = text.words, place
    while last + 1 < len(words) and (is_of("glue", words[last].text) or words[last].text in _AS):
        last += 1
    if last + 1 < len(words) and _goes_on(text, last + 1):
        last += 1
    while last + 1 < len(words) and text.is_beside(last) and text.typed_form(words[last + 1])[0].isupper():
        last += 1
    return Span(words[place].start, words[last].end)


def _goes_on(text: ReadText, place: int) -> bool:
    """Tell whether the word ``place`` is still what somebody is called: a name, with an article, or before a comma."""
    word = text.words[place].text
    if word in words_of("given"):
        return True
    if not text.is_beside(place - 1) or word.isascii() or is_of("office", word) or is_of("place", word):
        return False
    is_last = place + 1 == len(text.words) or not text.is_beside(place)
    return word.startswith(ARTICLE) or (is_last and not _tells_something(word))


# ---- Finds the names somebody has on social networks, and the number of the own account at a bank. ----


#: Not the second half of an e-mail address.
_HANDLE: Final = re.compile(
    r"(?<![\w.\-])@[\w.\-]*\w|(?:facebook|fb|instagram|tiktok|twitter|x|t|linkedin|youtube|snapchat)\.(?:com|me)/[\w.\-/@]*\w"
)
#: A name on a network as it is written without its @: letters with dots, underscores or digits, no address.
_BARE: Final = re.compile(r"(?<![\w@.\-/])(?=[a-z0-9._]*[0-9._][a-z0-9])[a-z][a-z0-9._]{3,30}(?<![._])(?![\w@/]|\.\w)")
#: The number of an account at a bank (ISO 13616), in groups of four or in one.
_BANK: Final = re.compile(r"(?<![a-z0-9])[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{4}){3,7}(?: ?[a-z0-9]{1,3})?(?![a-z0-9])")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
#: Words from "my account" to the name.
_REACH: Final = 5


def handles(text: ReadText, parts: NameParts) -> Iterator[Span]:
    """Yield what is said to be the own account, also of a bank, and accounts that have a part of the person's name."""
    if text.has_latin:
        for found in _HANDLE.finditer(text.plain):
            if _is_announced(text, found.start()) or _names(found[0], parts):
                yield Span(*found.span())
        for form in (_BARE, _BANK):
            for found in form.finditer(text.plain):
                if _is_announced(text, found.start()):
                    yield Span(*found.span())


def _names(handle: str, parts: NameParts) -> bool:
    own = [match for match in map(parts.match, _LETTERS.findall(handle.lower())) if match]
    is_sure = any(match.part == BOTH or (match.is_sure and not match.is_ordinary) for match in own)
    return is_sure or len({match.part for match in own}) > 1


def _is_announced(text: ReadText, place: int) -> bool:
    return any(is_of("account", word.text) for word in text.words_before(place, _REACH))


# ---- Finds how somebody is called after the eldest child: "I am Abu Khalil", "Asem (Abu Suhaib)", "O Umm
# Khalil".


#: Words from "I am" or "regards" to "Abu".
_CUE_REACH: Final = 3
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
    for cue in range(place - 1, max(-1, place - 1 - _CUE_REACH), -1):
        if text.ends_sentence(cue, cue + 1) and "\n" not in text.between(cue, cue + 1):
            return False
        if is_of("self", text.words[cue].text) or is_of("closing", text.words[cue].text):
            return True
    return False


def _is_quoted(text: ReadText, place: int) -> bool:
    """Tell whether "Umm Rami" stands alone in a quotation of what was said or written."""
    last = min(len(text.words) - 1, place + 1)
    before, behind = text.plain[: text.words[place].start].rstrip(), text.plain[text.words[last].end :].lstrip()
    near = text.words[max(0, place - 1 - _CUE_REACH) : place]
    is_told = any(is_of("saying", word.text) or is_of("written", word.text) for word in near)
    return is_told and before.endswith(("«", '"', "“")) and behind.startswith(("»", '"', "”"))
