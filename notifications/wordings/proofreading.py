"""What is wrong with a wording that somebody wrote: placeholders, characters no SMS should hold, its length."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext, ngettext

from agencies.models import SHORT_NAME_AR, SHORT_NAME_EN
from notifications.models import Channel
from notifications.wordings import CASE_KINDS, SYNONYMS, WIDEST_LETTERS, WORDINGS, YOUR_CASES, required_context
from notifications.wordings.composing import LISTS, compose, placeholder_values
from notifications.wordings.links import LINK_LETTERS, common_context, short_link
from notifications.wordings.sms import UCS, Size, beyond_gsm, size
from notifications.wordings.wording import FIELDS, PLACEHOLDER, Wording

#: Characters: a subject is one line, a text a few paragraphs; an SMS is measured by its places, too.
LONGEST: Final = {"sms": 1000, "subject": 200, "text": 3000}
LONGEST_NAME: Final = {"ar": SHORT_NAME_AR, "en": SHORT_NAME_EN}
#: What an alarm's phrase may have, so that the SMS to the operators stays in one part.
LONGEST_ALARM: Final = {"ar": 40, "en": 60}
#: What the word for the status of a case may have, so that the SMS with it stays in one part.
LONGEST_STATUS: Final = {"ar": 25, "en": 40}
LONGEST_VALUES: Final = {"ref": "2604821735", "date": "22/12/2026", "code": "12345"}

# Each of these may stand only where the built-in wording has it: a link is added to e-mails, a code is in no subject,
# nor is a list.
TEMPLATE_BOUND: Final = frozenset({"code", "host", "link", "url", *LISTS})
VOWEL_MARKS: Final = re.compile(r"[\u064b-\u0652\u0670]")
# Invisible characters that Arabic needs in a longer text: the joiners and the marks of direction.
ALLOWED_INVISIBLE: Final = frozenset("\u200c\u200d\u200e\u200f")

type Problems = dict[str, list[str]]


def problems(template: str, language: str, wording: Wording) -> Problems:
    """Return what is wrong with a wording of a template: sentences in the page's language by field, empty if nothing.

    The length of an SMS is judged only if nothing else is wrong with it.
    """
    found = {field: list(_field_problems(template, language, wording, field)) for field in FIELDS}
    if wording.sms and not found["sms"]:
        found["sms"] = list(_length_problems(template, language, wording))
    return {field: sentences for field, sentences in found.items() if sentences}


def still_fits(template: str, language: str, wording: Wording) -> bool:
    """Tell whether a wording has the placeholders of its template still: a release may have changed those."""
    return all(
        not _loose_braces(getattr(wording, field))
        and not wording.placeholders(field) - allowed_placeholders(template, language, field)
        and not _missing(template, language, wording, field)
        and bool(getattr(wording, field)) == bool(getattr(WORDINGS[language][template], field))
        for field in FIELDS
    )


def required_placeholders(template: str, language: str, field: str) -> frozenset[str]:
    """Return the placeholders a field must have: those of the built-in wording but the kind, as the number names it."""
    return WORDINGS[language][template].placeholders(field) - {"kind", *SYNONYMS}


def allowed_placeholders(template: str, language: str, field: str) -> frozenset[str]:
    """Return the placeholders a field may have: the context of the template, the service's name and number."""
    given = required_context(template) - TEMPLATE_BOUND
    # Arabic has no capitals.
    kinds = ({"yours"} if language == "ar" else {"yours", "Kind"}) if "kind" in given else set()
    return required_placeholders(template, language, field) | given | kinds | {"phone", "service"}


def longest_size(language: str, wording: Wording) -> Size:
    """Return the size of an SMS with the longest values and this system's own host."""
    context = longest_context(language)
    said = compose(wording, channel=Channel.SMS, language=language, context=context, link=context["link"])
    return size(said.body)


def longest_context(language: str) -> dict[str, str]:
    """Return the longest values of the placeholders of an SMS: agency, date, kind, alarm, and the link."""
    context = {
        **LONGEST_VALUES,
        **common_context(),
        "kind": max(CASE_KINDS[language].values(), key=len),
        "yours": max(YOUR_CASES[language].values(), key=len),
        "agency": WIDEST_LETTERS[language] * LONGEST_NAME[language],
        "alarm": WIDEST_LETTERS[language] * LONGEST_ALARM[language],
        "status": WIDEST_LETTERS[language] * LONGEST_STATUS[language],
        "link": short_link("X" * LINK_LETTERS, Channel.SMS),
    }
    return placeholder_values(context, language)


def parts_allowed(template: str, language: str) -> int:
    """Return how many parts an SMS may take: as many as the built-in wording."""
    return longest_size(language, WORDINGS[language][template]).segments


def parts_label(count: int) -> str:
    """Return a number of parts as it is shown to people."""
    return ngettext("%(count)s part", "%(count)s parts", count) % {"count": count}


def _field_problems(template: str, language: str, wording: Wording, field: str) -> Iterator[str]:
    text, is_spoken = getattr(wording, field), bool(getattr(WORDINGS[language][template], field))
    if not text.strip() or not is_spoken:
        if is_spoken:
            yield gettext("Enter a text: a message cannot be empty.")
        elif text:
            yield gettext("This message is never sent as an SMS.")
        return
    if len(text) > LONGEST[field]:
        yield gettext("Enter no more than %(limit)s characters.") % {"limit": LONGEST[field]}
        return
    yield from _character_problems(language, field, text)
    yield from _placeholder_problems(template, language, wording, field)
    if field == "sms":
        yield from _position_problems(WORDINGS[language][template], text)


def _character_problems(language: str, field: str, text: str) -> Iterator[str]:
    lines = "" if field == "subject" else "\n"
    rightful = frozenset() if field == "sms" else ALLOWED_INVISIBLE
    if any(_is_hidden(letter) and letter not in lines and letter not in rightful for letter in text):
        yield gettext("There are hidden characters in this text. Type it here instead of pasting it.")
    if field == "sms" and language == "ar" and VOWEL_MARKS.search(text):
        yield gettext("Remove the vowel marks: each one takes up a character of the SMS.")


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _placeholder_problems(template: str, language: str, wording: Wording, field: str) -> Iterator[str]:
    if _loose_braces(getattr(wording, field)):
        yield gettext("Put one word of the list in braces and nothing else, like this: {ref}")
    for name in sorted(wording.placeholders(field) - allowed_placeholders(template, language, field)):
        yield gettext("{%(word)s} cannot be used here.") % {"word": name}
    for name in sorted(_missing(template, language, wording, field)):
        yield gettext("Add {%(word)s}: the message needs it here.") % {"word": name}


def _loose_braces(text: str) -> bool:
    """Tell whether braces stand anywhere but around a whole placeholder; formats and conversions do not exist here."""
    rest = PLACEHOLDER.sub("", text)
    return "{" in rest or "}" in rest


def _missing(template: str, language: str, wording: Wording, field: str) -> frozenset[str]:
    return required_placeholders(template, language, field) - wording.placeholders(field)


def _position_problems(built_in: Wording, text: str) -> Iterator[str]:
    """Yield problems with what telephones read: a link between spaces, the line that ties a code to this site."""
    if not all(piece == "{link}" for piece in text.split() if "{link}" in piece):
        yield gettext("Leave a space on both sides of {link}, so that phones know where it ends.")
    last = built_in.sms.rpartition("\n")[2]
    if last.startswith("@") and text.rpartition("\n")[2] != last:
        yield gettext("The last line must stay %(line)s: phones read the code there.") % {"line": last}


def _length_problems(template: str, language: str, wording: Wording) -> Iterator[str]:
    taken, parts = longest_size(language, wording), parts_allowed(template, language)
    if taken.segments <= parts:
        return
    said = {"places": taken.places, "room": taken.room(parts), "parts": parts_label(taken.segments)}
    yield gettext("The SMS can reach %(places)s characters (%(parts)s), and the limit is %(room)s. Shorten it.") % said
    foreign = beyond_gsm(wording.sms)
    if language != "ar" and taken.encoding == UCS and foreign:
        letters = {"letters": " ".join(foreign), "room": taken.room(parts)}
        yield gettext("An SMS with these characters has room for only %(room)s characters: %(letters)s") % letters
