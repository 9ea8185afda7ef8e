"""Numbers in what people typed: isolated, so that Arabic text around them does not turn them round, and made links.

A run of digits with dashes, slashes, spaces or a plus sign is drawn right to left inside Arabic: 06-5008080 is read as
5008080-06. The rules of the Unicode bidirectional algorithm leave digits with dots, commas and colons as they are.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import phonenumbers
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kit.arabic import fold_digits

#: The address of the page of a number, empty where there is none or the reader may not open it.
type LinkFor = Callable[[str], str]

_DIGIT: Final = "0-9\u0660-\u0669\u06f0-\u06f9"
_RUN: Final = re.compile(
    # Not inside a word, a code with letters or an address of the Web.
    rf"(?<![A-Za-z_/+\-{_DIGIT}])"
    rf"\+?[{_DIGIT}]+(?:(?:[ \u00a0]?[\-\u2010-\u2015/][ \u00a0]?|[ \u00a0.,:])[{_DIGIT}]+)*%?"
)
#: A day with slashes reads the same in both directions.
_DAY: Final = re.compile(
    rf"[{_DIGIT}]{{1,2}}/[{_DIGIT}]{{1,2}}/[{_DIGIT}]{{2,4}}|[{_DIGIT}]{{4}}(?:/[{_DIGIT}]{{1,2}}){{2}}"
)
_TURNS: Final = re.compile("[-\u2010-\u2015/+%]")
_SPACE: Final = re.compile("[ \u00a0]")
#: Groups of digits with spaces between them are one number only if they are as long as those that people write so.
_SHORTEST, _LONGEST, _GROUP = 9, 16, 3
#: Up to so many letters a number stands in one line; a longer one would not fit on a phone.
_UNBROKEN: Final = 20


@dataclass(frozen=True)
class Run:
    """A part of a text: ``number`` is its digits in 0-9, with the plus, where it is one number; else empty."""

    text: str
    number: str = ""


def runs(text: str) -> Iterator[Run]:
    """Yield the parts of ``text`` in order: numbers to be isolated, and what stands between them."""
    end = 0
    for match in _RUN.finditer(text):
        found = match.group()
        if not _is_turned(found):
            continue
        if match.start() > end:
            yield Run(text[end : match.start()])
        yield Run(found, "".join(letter for letter in fold_digits(found) if letter in "+0123456789"))
        end = match.end()
    if end < len(text):
        yield Run(text[end:])


def isolated(text: str, *, links: bool = False, link_for: LinkFor | None = None) -> SafeString:
    """Return ``text`` as markup with every number isolated; ``links`` makes telephone numbers links.

    ``link_for`` gives the address of any other number.
    """
    # A page shows dozens of texts: Django's functions look for lazy ones each time, and cost three times as much.
    if not _RUN.search(text):
        return SafeString(html.escape(text))
    return SafeString("".join([_written(run, links=links, link_for=link_for) for run in runs(text)]))


def _written(run: Run, *, links: bool, link_for: LinkFor | None) -> str:
    """Return ``run`` as markup."""
    if not run.number:
        return html.escape(run.text)
    whole = SafeString(' class="nowrap"') if len(run.text) <= _UNBROKEN else ""
    written = format_html('<bdi dir="ltr"{}>{}</bdi>', whole, run.text)
    address = _dialled(run.number) if links else ""
    if not address and link_for is not None:
        address = link_for(run.number)
    return format_html('<a href="{}">{}</a>', address, written) if address else written


def _is_turned(found: str) -> bool:
    if _DAY.fullmatch(found):
        return False
    if _TURNS.search(found):
        return True
    groups = _SPACE.split(fold_digits(found))
    digits = sum(letter.isdecimal() for letter in found)
    if len(groups) == 1:
        # One unbroken number stays as it is, but may be a link.
        return digits >= _SHORTEST
    is_one = _SHORTEST <= digits <= _LONGEST and max(map(len, groups)) >= _GROUP
    return is_one or groups[0].startswith("0")


def _dialled(number: str) -> str:
    """Return the ``tel:`` address of a telephone number, empty for any other number."""
    if not number.startswith(("0", "+")):
        return ""
    try:
        parsed = phonenumbers.parse(number, "JO")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return f"tel:{phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)}"
