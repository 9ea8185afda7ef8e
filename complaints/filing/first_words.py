"""The subject that is made of the first words of a text, without the numbers of people that stand in them."""

from __future__ import annotations

import re
from typing import Final

from complaints.visibility.redaction import COVER
from kit.forms.text import BIDI_CONTROLS
from kit.typed_text import runs

#: The longest subject made from the first words, in characters.
MOST: Final = 80
_SENTENCE_END: Final = re.compile(r"(?<=[.!?\u061f])\s")
#: A national number of whoever was born in the years 1900 to 2099, and a mobile number of Jordan.
_OF_A_PERSON: Final = re.compile(r"9[0-9]{9}|20[0-9]{8}|(?:\+?962|00962|0)0?7[789][0-9]{7}")


def first_words(text: str) -> str:
    """Return the first line or sentence of a text as a subject, cut between two words where it is long.

    National and mobile numbers are covered before it is cut: lists, messages and exports show subjects to many who
    never open the case, and the text itself keeps them.
    """
    line = next(filter(None, map(str.strip, text.splitlines())), "")
    line = "".join(letter for letter in " ".join(line.split()) if letter not in BIDI_CONTROLS)
    plain = "".join(COVER if _OF_A_PERSON.fullmatch(run.number) else run.text for run in runs(line))
    first = _SENTENCE_END.split(plain, maxsplit=1)[0].rstrip(".")
    if len(first) <= MOST:
        return first
    cut = first[:MOST]
    return f"{cut.rpartition(' ')[0] or cut}…"
