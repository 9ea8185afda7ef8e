"""Text a person types: what it may hold, on one line or on several."""

import re
import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _, ngettext
from django_stubs_ext import StrPromise

type Text = str | StrPromise
# Arabic needs three marks on one letter at most (shadda, vowel, superscript alef); higher heaps only break the page.
MOST_MARKS_ON_A_LETTER = 8
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_OPENING: Final = {"\u202a": "\u202c", "\u202b": "\u202c"} | dict.fromkeys("\u2066\u2067\u2068", "\u2069")
#: An override draws letters in an order in which nobody writes them, ended or not.
_OVERRIDES: Final = frozenset("\u202d\u202e")
#: Control characters but tabs and line breaks, and halves of surrogate pairs: the categories Cc and Cs.
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
#: Letters and marks of which nothing is seen, beside spaces and format marks: fillers, the empty Braille, variants.
_EMPTY: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(map(chr, range(0xFE00, 0xFE10)))


def safe_text(text: str) -> str:
    """Return ``text`` with plain line ends, or raise ValidationError for what cannot be stored or shown.

    Refused: NUL and other control characters, lone surrogates, and heaps of combining marks. ZWJ, ZWNJ and the
    direction marks are legitimate Arabic; a text of nothing else is empty.
    """
    if text.isascii() and text.isprintable():
        return text
    if all(map(_is_unseen, text)):
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNSTORABLE.search(text):
        raise ValidationError(
            _("Part of this text cannot be read. Type it here instead of pasting it."), code="unreadable"
        )
    if _has_heaped_marks(text):
        raise ValidationError(_("One letter has too many accents or vowel marks. Remove some of them."), code="marks")
    return text


def without_turning(text: str) -> str:
    """Return several lines without what would turn them round: overrides, and what does not end in its own line.

    Embeddings and isolates that end in their line are legitimate: keyboards put them round a Latin word or a number.
    """
    if BIDI_CONTROLS.isdisjoint(text):
        return text
    return "\n".join(map(_with_ended_controls, text.split("\n")))


def _with_ended_controls(line: str) -> str:
    """Return ``line`` with those direction controls that open and end in it."""
    kept, opened = set[int](), list[tuple[int, str]]()
    for place, letter in enumerate(line):
        if letter in _OPENING:
            opened.append((place, _OPENING[letter]))
        elif letter in _OVERRIDES:
            # Its end goes with it.
            opened.append((-1, "\u202c"))
        elif opened and letter == opened[-1][1]:
            start, _end = opened.pop()
            kept |= {start, place} if start >= 0 else set()
    return "".join(one for place, one in enumerate(line) if one not in BIDI_CONTROLS or place in kept)


def _is_unseen(letter: str) -> bool:
    return letter.isspace() or letter in _EMPTY or unicodedata.category(letter) == "Cf"


def _has_heaped_marks(text: str) -> bool:
    # A text has few different letters, and most texts have no mark at all.
    marks = {letter for letter in set(text) if unicodedata.category(letter) in {"Mn", "Me"}}
    run = 0
    for letter in text if marks else "":
        run = run + 1 if letter in marks else 0
        if run > MOST_MARKS_ON_A_LETTER:
            return True
    return False


def refuse_bidi_controls(text: str) -> None:
    """Raise ValidationError for a line that holds a control of direction."""
    if not BIDI_CONTROLS.isdisjoint(text):
        raise ValidationError(
            _("This text has hidden characters that change its direction. Type it here instead of pasting it."),
            code="bidi",
        )


def _refuse_length(text: str, *, shortest: int, longest: int) -> None:
    typed = len(text)
    if typed > longest:
        sentence = ngettext(
            "Write at most %(limit)s character; you have written %(typed)s",
            "Write at most %(limit)s characters; you have written %(typed)s",
            longest,
        )
        raise ValidationError(sentence % {"limit": f"{longest:,}", "typed": f"{typed:,}"}, code="max_length")
    if text and typed < shortest:
        sentence = ngettext(
            "Write at least %(limit)s character; you have written %(typed)s",
            "Write at least %(limit)s characters; you have written %(typed)s",
            shortest,
        )
        raise ValidationError(sentence % {"limit": f"{shortest:,}", "typed": f"{typed:,}"}, code="min_length")


class _TextField(forms.CharField):
    """What a line and a paragraph share: own length check with both counts, and no silent cut by the browser."""

    def __init__(self, *, max: int, min: int = 0, **kwargs: Any) -> None:  # noqa: A002 - reads as LineField(max=120)
        super().__init__(**kwargs)
        self.longest, self.shortest = max, min
        # Django's own NUL validator would say the same thing in another voice.
        self.validators = []

    def to_python(self, value: Any) -> str:
        # The length comes first, so that a megabyte is refused before it is read letter by letter.
        text = super().to_python(value) or ""
        _refuse_length(text.replace("\r\n", "\n"), shortest=self.shortest, longest=self.longest)
        return self.tidy(safe_text(text))

    def tidy(self, text: str) -> str:
        return text


class LineField(_TextField):
    """One line of text, such as a name or a subject: spaces are made single, direction overrides are refused."""

    def tidy(self, text: str) -> str:
        """Return the line with single spaces."""
        refuse_bidi_controls(text)
        return " ".join(text.split())


class ParagraphField(_TextField):
    """Several lines of text with a counter below; line ends are made plain before they are counted."""

    def __init__(self, *, max: int, min: int = 0, rows: int = 5, **kwargs: Any) -> None:  # noqa: A002 - as LineField
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows, "data-max": max}))
        super().__init__(max=max, min=min, **kwargs)

    def tidy(self, text: str) -> str:
        """Return the lines without what would turn them round."""
        return without_turning(text)


def without_format_marks(text: str) -> str:
    """Drop invisible marks: telephones put them round a number that is copied from the contacts."""
    return "".join(letter for letter in text.strip() if unicodedata.category(letter) != "Cf")
