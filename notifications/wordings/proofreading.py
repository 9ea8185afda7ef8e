"""What is wrong with words that somebody wrote for a message: open words, letters no SMS should hold, its length."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext, ngettext

from agencies.models import SHORT_NAME_AR, SHORT_NAME_EN
from notifications.models import Channel
from notifications.wordings import KINDS, LETTER, WORDINGS, words_needed
from notifications.wordings.composing import compose, known_words
from notifications.wordings.links import LINK_LETTERS, MARK_LETTERS, short_link, surroundings
from notifications.wordings.sms import UCS, Size, beyond_gsm, size
from notifications.wordings.wording import FIELDS, OPEN_WORD, Wording

#: An edition's subject is one line of an e-mail's head, its text a few paragraphs; an SMS is measured by its places.
LONGEST: Final = {"sms": 1000, "subject": 200, "text": 3000}
LONGEST_NAME: Final = {"ar": SHORT_NAME_AR, "en": SHORT_NAME_EN}
#: What an alarm's phrase may have, so that the SMS to the operators stays in one part.
LONGEST_ALARM: Final = {"ar": 40, "en": 60}
LONGEST_WORDS: Final = {"ref": "2604821735", "date": "22/12/2026", "code": "12345"}
LONGEST_MARK: Final = "X" * MARK_LETTERS

# Each of these is right in one place only: a link under an e-mail is not typed, a code belongs in no subject.
BOUND: Final = frozenset({"code", "host", "link", "url"})
# Either of them says the kind of case.
SAME: Final = {"Kind": "kind"}
VOWEL_MARKS: Final = re.compile(r"[\u064b-\u0652\u0670]")
# Invisible letters that Arabic needs in a longer text: the joiners and the marks of direction.
RIGHTFUL: Final = frozenset("\u200c\u200d\u200e\u200f")

type Problems = dict[str, list[str]]


def problems(template: str, language: str, words: Wording) -> Problems:
    """Return what is wrong with words for a template, as sentences in the page's language by field; empty if nothing.

    The length is judged last, of an SMS that has nothing else wrong.
    """
    found = {field: list(_of_field(template, language, words, field)) for field in FIELDS}
    if words.sms and not found["sms"]:
        found["sms"] = list(_of_length(template, language, words))
    return {field: sentences for field, sentences in found.items() if sentences}


def still_fits(template: str, language: str, words: Wording) -> bool:
    """Tell whether words can be filled with what callers give now: a release may have changed what that is."""
    return all(
        not _loose_braces(getattr(words, field))
        and not words.open_words(field) - allowed(template, language, field)
        and not _missing(template, language, words, field)
        and bool(getattr(words, field)) == bool(getattr(WORDINGS[language][template], field))
        for field in FIELDS
    )


def required(template: str, language: str, field: str) -> frozenset[str]:
    """Return the open words a field must have: those of the built-in wording."""
    return WORDINGS[language][template].open_words(field)


def allowed(template: str, language: str, field: str) -> frozenset[str]:
    """Return the open words a field may have: what callers give for this template, the service's name and number."""
    given = words_needed(template) - BOUND
    # Arabic has no capitals.
    kinds = {"Kind"} if "kind" in given and language != "ar" else set()
    return required(template, language, field) | given | kinds | {"phone", "service"}


def longest_size(language: str, words: Wording) -> Size:
    """Return what an SMS costs with the longest words and this system's own host."""
    context = longest_words(language)
    said = compose(
        words, channel=Channel.SMS, language=language, context=context, link=context["link"], mark=LONGEST_MARK
    )
    return size(said.body)


def longest_words(language: str) -> dict[str, str]:
    """Return the longest that each open word of an SMS can stand for: agency, date, kind, alarm, and the link."""
    context = {
        **LONGEST_WORDS,
        **surroundings(),
        "kind": max(KINDS[language].values(), key=len),
        "agency": LETTER[language] * LONGEST_NAME[language],
        "alarm": LETTER[language] * LONGEST_ALARM[language],
        "link": short_link("X" * LINK_LETTERS, Channel.SMS),
    }
    return known_words(context, language)


def parts_allowed(template: str, language: str) -> int:
    """Return how many parts an SMS may take: as many as the built-in wording."""
    return longest_size(language, WORDINGS[language][template]).segments


def parts_words(count: int) -> str:
    """Return a number of parts in words."""
    return ngettext("%(count)s part", "%(count)s parts", count) % {"count": count}


def _of_field(template: str, language: str, words: Wording, field: str) -> Iterator[str]:
    text, is_spoken = getattr(words, field), bool(getattr(WORDINGS[language][template], field))
    if not text.strip() or not is_spoken:
        if is_spoken:
            yield gettext("Write something here: no message goes out empty.")
        elif text:
            yield gettext("This message is never sent as an SMS.")
        return
    if len(text) > LONGEST[field]:
        yield gettext("At most %(limit)s letters fit here.") % {"limit": LONGEST[field]}
        return
    yield from _of_letters(language, field, text)
    yield from _of_open_words(template, language, words, field)
    if field == "sms":
        yield from _of_ends(WORDINGS[language][template], text)


def _of_letters(language: str, field: str, text: str) -> Iterator[str]:
    lines = "" if field == "subject" else "\n"
    rightful = frozenset() if field == "sms" else RIGHTFUL
    if any(_is_hidden(letter) and letter not in lines and letter not in rightful for letter in text):
        yield gettext("There are hidden characters in this text. Type it here instead of pasting it.")
    if field == "sms" and language == "ar" and VOWEL_MARKS.search(text):
        yield gettext("An SMS has no vowel marks: each takes a place. Remove them.")


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _of_open_words(template: str, language: str, words: Wording, field: str) -> Iterator[str]:
    if _loose_braces(getattr(words, field)):
        yield gettext("Braces stand around one word of the list and nothing else, like this: {ref}")
    for name in sorted(words.open_words(field) - allowed(template, language, field)):
        yield gettext("{%(word)s} cannot be used here.") % {"word": name}
    for name in sorted(_missing(template, language, words, field)):
        yield gettext("{%(word)s} is missing: the message needs it here.") % {"word": name}


def _loose_braces(text: str) -> bool:
    """Tell whether anything but whole open words is in braces; no format, attribute or conversion is read here."""
    rest = OPEN_WORD.sub("", text)
    return "{" in rest or "}" in rest


def _missing(template: str, language: str, words: Wording, field: str) -> frozenset[str]:
    there = {SAME.get(name, name) for name in words.open_words(field)}
    needed = required(template, language, field)
    return frozenset(name for name in needed if SAME.get(name, name) not in there)


def _of_ends(built_in: Wording, text: str) -> Iterator[str]:
    """Judge what telephones read: a link between spaces, and the line by which a browser knows a code for this site."""
    if not all(piece == "{link}" for piece in text.split() if "{link}" in piece):
        yield gettext("Leave a space on both sides of {link}, so that telephones know where it ends.")
    last = built_in.sms.rpartition("\n")[2]
    if last.startswith("@") and text.rpartition("\n")[2] != last:
        yield gettext("The last line must stay %(line)s: telephones read the code there.") % {"line": last}


def _of_length(template: str, language: str, words: Wording) -> Iterator[str]:
    taken, parts = longest_size(language, words), parts_allowed(template, language)
    if taken.segments <= parts:
        return
    said = {"places": taken.places, "room": taken.room(parts), "parts": parts_words(taken.segments)}
    yield gettext("At its longest it takes %(places)s of %(room)s places: %(parts)s. Shorten it.") % said
    foreign = beyond_gsm(words.sms)
    if language != "ar" and taken.encoding == UCS and foreign:
        letters = {"letters": " ".join(foreign), "room": taken.room(parts)}
        yield gettext("An SMS with these letters has %(room)s places only: %(letters)s") % letters
