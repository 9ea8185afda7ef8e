"""Finds where a text names a person: two parts of the name close together, a rare one, or one said of oneself."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from complaints.visibility import name_parts, texts
from complaints.visibility.name_parts import (
    BOTH,
    MOST_WORDS,
    REACH,
    Match,
    Mention,
    NameParts,
    Namesakes,
    spelled_letters,
)
from complaints.visibility.texts import (
    ARTICLE,
    CALL,
    SHORTEST,
    PlacedWord,
    ReadText,
    Span,
    attached_forms,
    collapsed,
    formulas,
    is_bare_noun,
    is_of,
    letter_of,
    without_particle,
    words_of,
)

# ---- Finds the parts of a name that are spelt letter by letter, rows of initials, and initials beside a part. ----


#: Signs between two letters of one word.
_GAP: Final = 4
_WIDEST: Final = 24
#: Fewer letters spell nothing.
_LEAST: Final = 3
_SPELT_BETWEEN: Final = re.compile(
    r"\W*(?:(?:مربوطه|مقصوره|مفتوحه|معجمه|مهمله|و?بعد(?:ه|ها|ين)|[يت]لي(?:ه|ها)|ثم|اولا|و?حرف|then|and|followed by"
    r"|(?:مثل|متل|زي|for|as in|as|like) \w{2,12})\W*){1,3}"
)


def spelt_out(text: ReadText, parts: NameParts) -> Iterator[Span]:
    """Yield the parts written letter by letter, or by the names of the letters, whatever stands between them."""
    run: list[PlacedWord] = []
    for place in (*text.find(letter_of), None):
        if place is not None and (not run or _continues(text, run[-1], place)):
            run.append(text.words[place])
            continue
        if run:
            yield from _initials(text, parts, run)
        if len(run) >= _LEAST:
            for found in spelled_letters("".join(letter_of(one.text) for one in run), parts):
                yield Span(run[found.start()].start, run[found.end() - 1].end)
        run = [] if place is None else [text.words[place]]


def _continues(text: ReadText, last: PlacedWord, place: int) -> bool:
    """Tell whether the letter ``place`` is spelt next after ``last``, perhaps with "as in sugar" between."""
    between = text.plain[last.end : text.words[place].start]
    return len(between) <= _GAP or (len(between) <= _WIDEST and bool(_SPELT_BETWEEN.fullmatch(between)))


def _initials(text: ReadText, parts: NameParts, run: Sequence[PlacedWord]) -> Iterator[Span]:
    """Yield a row of dotted letters that are the initials of first name and family, after "signed" or a title."""
    ends = [parts.by_number.get(number) for number in sorted(parts.ends)]
    is_dotted = all(text.plain[one.end : one.end + 1] == "." for one in run[:-1])
    if len(run) == 1 or len(ends) == 1 or not all(ends) or not is_dotted:
        return
    before = text.words_before(run[0].start, 1)
    is_announced = any(is_of(kind, word.text) for kind in ("self", "title", "closing") for word in before)
    pairs = zip(ends, run[:: len(run) - 1], strict=True)
    if is_announced and all(part and part.begins_with(one.text) for part, one in pairs):
        yield Span(run[0].start, run[-1].end)


def with_initials(text: ReadText, parts: NameParts, mention: Mention) -> Mention:
    """Return ``mention`` with the initials of the other parts before it, which make it a name: R. Batarseh."""
    first = mention.first
    while first and _is_initial(text, parts, first - 1, mention.part):
        first -= 1
    last = mention.last + _has_initial_after(text, parts, mention)
    if (first, last) == (mention.first, mention.last) or mention.part == BOTH:
        return mention
    is_dotted = first < mention.first and "." in text.between(mention.first - 1, mention.first)
    if mention.is_ordinary and last == mention.last and not is_dotted:
        return mention
    return mention._replace(first=first, last=last, part=BOTH)


def _is_initial(text: ReadText, parts: NameParts, place: int, part: int) -> bool:
    """Tell whether the word ``place`` is the initial of another part than ``part``, dotted or a capital."""
    word = text.words[place]
    if len(word.text) > 1 or not word.text.isalpha():
        return False
    is_marked = "." in text.between(place, place + 1) or text.is_capital(word)
    return is_marked and any(other.begins_with(word.text) for other in parts.parts if other.number != part)


def _has_initial_after(text: ReadText, parts: NameParts, mention: Mention) -> bool:
    """Tell whether the initial of another part follows, with its dot: Reem M."""
    place = mention.last + 1
    if place >= len(text.words) or len(text.words[place].text) > 1:
        return False
    word = text.words[place]
    is_dotted = text.plain[word.end : word.end + 1] == "."
    return is_dotted and any(part.begins_with(word.text) for part in parts.parts if part.number != mention.part)


#: Words that may stand between two parts besides titles and "bin": a middle name that is not registered.
MOST_BETWEEN: Final = 2
_STOP: Final = re.compile(r"[.!?؟\n،,؛;:»)\-–—]")
_SPACE: Final = re.compile(r"\s*")
_LABEL: Final = re.compile(r"\s*[:=]\s*")
_OPENED: Final = re.compile(r"[«\"“‘]\s*")
_ALIF_MAKSURA, _TANWIN = "ى", "\u064b"
#: Kinds of words before a title that tell that it is the person's.
_TELLING: Final = ("saying", "said_to_me", "nickname", "known", "name_of", "written")
_BE: Final = frozenset({"i am", "this is", "it is"})


class NameFinder:
    """Finds the name of one person in one text."""

    def __init__(self, text: ReadText, parts: NameParts, contacts: Sequence[Span] = ()) -> None:
        """Look for ``parts`` in ``text``, in which the person's numbers and addresses stand at ``contacts``."""
        self.text, self.parts, self.contacts = text, parts, contacts
        self.words = text.words
        self.namesakes = Namesakes(text, parts)

    def spans(self) -> Iterator[Span]:
        """Yield what names the person."""
        found = [mention for mention in self.mentions if self._names(mention)]
        pairs = [(one, other) for one, other in pairwise(self.mentions) if self._belong(one, other)]
        for one, other in pairs:
            yield self._span(one.first, other.last)
        for one in found:
            yield self._span(one.first, one.last)
        told = {mention.part for mention in (*found, *(one for pair in pairs for one in pair))}
        for mention in self.mentions if told else ():
            is_again = mention.part in told and self._is_told_again(mention)
            if (is_again or self._is_of_the_told(mention)) and not self.namesakes.has(mention):
                yield self._span(mention.first, mention.last)
        yield from spelt_out(self.text, self.parts)
        yield from name_parts.misspelt_names(self.text, self.parts)

    @cached_property
    def mentions(self) -> list[Mention]:
        """Return the words that may be parts of the name."""
        found: list[Mention] = []
        for place in self.text.find(self.parts.may_begin):
            if (found and place <= found[-1].last) or self._is_formula(place):
                continue
            mention = self._mention(place)
            if mention:
                whole = with_initials(self.text, self.parts, mention)
                found.append(name_parts.with_first_name(self.text, self.parts, whole))
                found += name_parts.family_behind(self.text, self.parts, mention)
        return found

    @cached_property
    def _formulas(self) -> list[Span]:
        return [Span(*found.span()) for found in formulas().finditer(self.text.plain)]

    def _is_formula(self, place: int) -> bool:
        """Tell whether the word is of a greeting or the like, which names nobody: and the mercy of God."""
        start = self.words[place].start
        number = bisect_right(self._formulas, start, key=lambda span: span.start) - 1
        return number >= 0 and start < self._formulas[number].end

    def _mention(self, place: int) -> Mention | None:
        one = self.parts.match(self.words[place].text)
        if one and not self._may_be_half(one):
            is_none = one.is_ordinary and (self._is_preposition(place, one.part) or self._is_adverb(place))
            return None if is_none else Mention(place, place, *one)
        for count in range(2, MOST_WORDS + 1):
            if place + count > len(self.words) or "\n" in self.text.between(place + count - 2, place + count - 1):
                break
            joined = self.parts.match_joined(self.words[place : place + count])
            if joined:
                return Mention(place, place + count - 1, *joined)
        return Mention(place, place, *one) if one else None

    def _may_be_half(self, one: Match) -> bool:
        """Tell whether the other half of a double name may follow: Fadl Allah."""
        return one.part != BOTH and len(self.parts.by_number[one.part].words) > 1

    def _is_adverb(self, place: int) -> bool:
        """Tell whether an ordinary word has the ending of "please" and the like, which no name has."""
        return _TANWIN in self.text.typed_form(self.words[place])

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
        strangers = self._strangers(between)
        is_kindred = not strangers and any(is_of("kindred", word.text) for word in between)
        if not is_kindred and (one.is_ordinary or other.is_ordinary or not (one.is_sure and other.is_sure)):
            return all(is_of("given", word.text) for word in strangers) and self._look_like_a_name(one, other)
        if not strangers:
            return True
        if any(is_of("office", word.text) for word in between) or self.namesakes.is_official(one):
            return False
        if self.text.ends_sentence(one.last, other.first) or self.parts.ends.isdisjoint((one.part, other.part)):
            return False
        most = MOST_BETWEEN + all(is_of("given", word.text) for word in strangers)
        return len(strangers) <= most

    def _strangers(self, between: Sequence[PlacedWord]) -> list[PlacedWord]:
        """Return which words between two parts do not join them: "bin", "Mr" and "of the tribe of" do."""
        joining = ["glue", "title"]
        if any(is_of("kindred", word.text) for word in between):
            joining += ["kindred", "child_of"]
        return [word for word in between if not any(is_of(kind, word.text) for kind in joining)]

    def _are_of_another(self, one: Mention, other: Mention) -> bool:
        """Tell whether a place is named so, or an official who has the names of the person's father and family."""
        is_official = self.namesakes.is_official(one) and not {0, BOTH} & {one.part, other.part}
        return is_official or any(self.namesakes.is_place(mention, is_pair=True) for mention in (one, other))

    def _joins_names(self, word: str) -> bool:
        return word in words_of("glue") or word in words_of("title")

    def _look_like_a_name(self, one: Mention, other: Mention) -> bool:
        """Tell whether two mentions beside each other are a name, of which each part may be an ordinary word."""
        if not (self._looks_like_a_name(one) and self._looks_like_a_name(other)):
            return False
        if one.is_ordinary and other.is_ordinary and not self._are_no_speech(one, other):
            return False
        if one.part < other.part or other.part == BOTH:
            return True
        # The family first: then it has its article, if it may be an ordinary word.
        is_family = one.part == max(self.parts.ends)
        return is_family and (not one.is_ordinary or self.words[one.first].text.startswith(ARTICLE))

    def _are_no_speech(self, one: Mention, other: Mention) -> bool:
        """Tell whether two ordinary words beside each other may be a name: not "a promise, and content"."""
        second = self.words[other.first].text
        is_listed = second.startswith("و") and self.parts.match(second[1:]) is not None
        has_no_family = max(self.parts.ends) not in {one.part, other.part}
        is_apart = has_no_family and "،" in self.text.between(one.last, other.first)
        is_governed = one.first > 0 and self.words[one.first - 1].text in words_of("governing")
        is_known = self._is_as_registered(one) and self._is_as_registered(other)
        return is_known and not (is_listed or is_apart or is_governed)

    def _is_as_registered(self, mention: Mention) -> bool:
        """Tell whether an ordinary word stands as the name is registered: "a generous sign" is not Aya Karim."""
        if mention.part == BOTH or mention.first != mention.last:
            return True
        part, word = self.parts.by_number[mention.part], self.words[mention.first].text
        return part.is_family or not part.is_arabic or collapsed(part.folded) in attached_forms(word)

    def _looks_like_a_name(self, mention: Mention) -> bool:
        """Tell whether a mention, if in Latin letters, has the capital of a name."""
        word = self.words[mention.first]
        return not word.text.isascii() or self.text.is_mostly_arabic or self.text.is_capital(word)

    # ---- one part ----

    def _names(self, mention: Mention) -> bool:
        """Tell whether a mention names the person by itself."""
        if mention.part == BOTH:
            return True
        if self.namesakes.is_place(mention):
            return False
        said = (
            self._is_of_oneself,
            self._is_signature,
            self._is_called,
            self._is_in_field,
            self._is_titled,
            self._is_me,
            self._is_beside_contact,
            self._is_quoted,
        )
        if any(is_said(mention) for is_said in said):
            return True
        part = self.parts.by_number[mention.part]
        is_rare = part.is_rare and self._is_unmistakable(mention) and self._looks_like_a_name(mention)
        is_spelt_otherwise = part.is_arabic and self.words[mention.first].text.isascii()
        if is_spelt_otherwise and self.words[mention.first].text in words_of("spoken"):
            return False  # Arabic in Latin letters, or English: "tare2" is the road and no Tariq.
        if is_spelt_otherwise and self._stands_out(mention):
            is_another = self.namesakes.is_place(mention) or self.namesakes.is_official_beside(mention)
            return not (is_another or self._has_stranger_beside(mention))
        is_plain = not is_spelt_otherwise or part.strength > texts.STRONG_SKELETON
        return is_rare and is_plain and not self.namesakes.has(mention)

    def _is_unmistakable(self, mention: Mention) -> bool:
        """Tell whether a mention is the part as it is registered: one of the clan may be a town or somebody else."""
        if not mention.is_sure or mention.is_ordinary:
            return False
        part, word = self.parts.by_number[mention.part], self.words[mention.first].text
        is_same_script = part.is_arabic != word.isascii() and mention.first == mention.last
        return not is_same_script or not part.own_forms.isdisjoint(attached_forms(word))

    def _stands_out(self, mention: Mention) -> bool:
        """Tell whether a Latin word amid Arabic ones is no word of a language, so that it must be the name."""
        part, word = self.parts.by_number[mention.part], self.words[mention.first].text
        is_long = mention.is_sure or (part.strength > 1 and len(word) > SHORTEST)
        return self.text.is_mostly_arabic and is_long and not mention.is_ordinary

    def _is_told_again(self, mention: Mention) -> bool:
        """Tell whether a name that the text has told stands again, and not the ordinary word that is spelt like it."""
        if not mention.is_sure:
            return False
        word, after = self.words[mention.first].text, mention.last + 1
        is_pointed_at = after < len(self.words) and is_of("this_one", self.words[after].text)
        return not mention.is_ordinary or (mention.part == 0 and (is_of("mostly_name", word) or is_pointed_at))

    def _is_of_the_told(self, mention: Mention) -> bool:
        """Tell whether another part stands by itself in a text that has told the person: an end, or behind a label."""
        if name_parts.is_labelled(self.text, mention):
            return True
        is_certain = mention.part in self.parts.ends and mention.is_sure and not mention.is_ordinary
        return is_certain and self._looks_like_a_name(mention) and not self._has_stranger_beside(mention)

    def _is_me(self, mention: Mention) -> bool:
        """Tell whether "that is me" follows, or "in the name of" stands before."""
        if self.text.is_said_to_be_me(mention.last):
            return True
        is_told = self.text.is_said_later_to_be_me(mention.last) or name_parts.is_in_name_of(self.text, mention)
        return is_told and not self._is_of_other(mention)

    def _is_beside_contact(self, mention: Mention) -> bool:
        is_near = name_parts.is_beside_contact(self.text, self.contacts, mention)
        return is_near and self._looks_like_a_name(mention) and not self._is_of_other(mention)

    def _is_quoted(self, mention: Mention) -> bool:
        """Tell whether first name or family stands in a quotation of what was said or written."""
        if mention.is_ordinary or mention.part not in self.parts.ends or self._is_of_other(mention):
            return False
        return name_parts.is_quoted(self.text, mention) and self._looks_like_a_name(mention)

    def _is_of_other(self, mention: Mention) -> bool:
        return self.namesakes.has(mention) or self._has_stranger_beside(mention)

    def _is_in_field(self, mention: Mention) -> bool:
        """Tell whether the label of a form stands before: "Family name:"."""
        before = mention.first - 1
        if before < 0 or not _LABEL.fullmatch(self.text.between(before, mention.first)):
            return False
        return any(is_of("field", word.text) for word in self.words[max(0, before - 1) : before + 1])

    def _is_titled(self, mention: Mention) -> bool:
        """Tell whether a title stands before a part that has no other name beside it: Mr Qudah, Dr Nsour.

        Of somebody with a profession the first name alone is not enough, and an office makes a family name another's.
        """
        before = mention.first - 1
        while before >= 0 and self.words[before].text in words_of("glue"):
            before -= 1
        if before < 0 or "\n" in self.text.between(before, mention.first):
            return False
        title = without_particle(self.words[before].text)
        is_courtesy = title in words_of("courtesy")
        part = self.parts.by_number[mention.part]
        if not (is_courtesy or title in words_of("profession")) or self._has_stranger_beside(mention):
            return False
        near = self.words[max(0, before - REACH) : before]
        is_told = any(is_of(kind, word.text) for word in near for kind in _TELLING)
        colon = self.text.plain.rfind(":", 0, self.words[before].start)
        near = [word for word in near if word.start > colon]
        if (
            is_courtesy
            or is_told
            or name_parts.has_profession(self.text, title)
            or name_parts.complains(self.text, mention)
        ):
            return self._looks_like_a_name(mention)
        return (part.is_family or part.is_rare) and not any(is_of("post", word.text) for word in near)

    def _has_stranger_beside(self, mention: Mention) -> bool:
        """Tell whether the next word is a name that is not the person's."""
        after = mention.last + 1
        if after >= len(self.words) or not _SPACE.fullmatch(self.text.between(mention.last, after)):
            return False
        word = self.words[after]
        if self.parts.match(word.text) or self.text.typed_form(word).endswith(_ALIF_MAKSURA):
            return False
        is_latin_name = word.text.isascii() and self.text.typed_form(word)[0].isupper()
        is_family = not self.parts.by_number[mention.part].is_family and word.text.startswith(ARTICLE)
        return word.text in words_of("given") or is_latin_name or is_family

    def _is_of_oneself(self, mention: Mention) -> bool:
        """Tell whether "I am", "my name is", "signed" or the like stands before."""
        word = self.words[mention.first]
        is_of_house = False
        for place in range(mention.first - 1, max(-1, mention.first - REACH), -1):
            cue = self.words[place].text.removesuffix("'s")
            is_of_house = is_of_house or cue in words_of("kindred")
            if self.text.ends_sentence(place, mention.first) and place < mention.first - 1:
                return False
            if is_of("self", cue) or self._says_i_am(place):
                is_weak = is_of("weak_self", cue)
                if self._is_job(mention.first - 1):
                    return not is_of("addressing", cue) and self._looks_like_a_name(mention)
                if is_weak and word.text.startswith("و") and self.parts.match(word.text[1:]):
                    return False  # "I and Amal"
                return is_of_house or not (is_weak or word.text.isascii()) or self._is_said(mention)
            is_joint = any(is_of(kind, cue) for kind in ("between", "kindred", "child_of"))
            if not (is_joint or self._joins_names(cue) or self._is_job(place)):
                return False
        return False

    def _is_job(self, place: int) -> bool:
        """Tell whether the word ``place`` says what somebody is, with its article: the engineer."""
        word = self.words[place].text
        return word.startswith(ARTICLE) and word in words_of("office")

    def _is_called(self, mention: Mention) -> bool:
        """Tell whether somebody calls the person: O Amina, O Mrs Amina, "Amina, sit down"."""
        if mention.first == 0:
            return False
        before = self.words[mention.first - 1].text
        is_titled = before in words_of("courtesy") or before in words_of("profession")
        if mention.first > 1 and is_titled and self.words[mention.first - 2].text in words_of("vocative"):
            return True
        if mention.part != 0:
            return False
        behind = self.text.plain[self.words[mention.last].end :][:2]
        is_quoted = _OPENED.search(self.text.between(mention.first - 1, mention.first)) and CALL.match(behind)
        if is_quoted and not mention.is_ordinary and self._looks_like_a_name(mention):
            return True
        near = self.words[max(0, mention.first - 2 - REACH) : mention.first - 1]
        is_said = any(is_of("saying", word.text) for word in near) or is_of("saying", before)
        is_plain = not mention.is_ordinary and not self._is_of_other(mention)
        if is_said and is_plain and name_parts.is_pointed_at(self.text, mention):
            return True
        return before in words_of("vocative") and (not mention.is_ordinary or is_said)

    def _says_i_am(self, place: int) -> bool:
        if self.words[place].text == "i" and self.text.between(place, place + 1).startswith(","):
            return True
        return place > 0 and f"{self.words[place - 1].text} {self.words[place].text}" in _BE

    def _is_said(self, mention: Mention) -> bool:
        """Tell whether a name and not an ordinary word follows "I am"."""
        if not self._looks_like_a_name(mention):
            return False
        name = self.words[mention.first].text
        if not mention.is_ordinary or (is_of("mostly_name", name) and not is_of("describing", name)):
            return True
        if mention.part == 0 and is_bare_noun(collapsed(name)):
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

    # ---- how far it reaches ----

    def _span(self, first: int, last: int) -> Span:
        """Return the words ``first`` to ``last`` with "bin", "abu" and "al" before them."""
        while (
            first and self.words[first - 1].text in words_of("glue") and not self.text.ends_sentence(first - 1, first)
        ):
            first -= 1
        return Span(self.words[first].start, self.words[last].end)
