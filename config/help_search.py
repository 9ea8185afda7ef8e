"""Finding an answer in the help page: its sections, and those in which all words of a question occur."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from kit.arabic import strip_prefixes
from kit.forms import Form, LineField

LONGEST = 100
_HEADING = re.compile(r"(?=<h2[ >])")


class HelpSearchForm(Form):
    """The words to look for; it works without script and changes nothing."""

    q = LineField(
        max=LONGEST,
        required=False,
        label=_("Search the help"),
        widget=forms.TextInput(attrs={"type": "search", "enterkeyhint": "search"}),
    )


@dataclass(frozen=True)
class HelpTexts:
    """What stands above the first question, and the questions with their answers."""

    intro: SafeString
    sections: Sequence[SafeString]


def split(page: str) -> HelpTexts:
    """Return the parts of a help text, which is a template of ours, at its second-level headings."""
    intro, *sections = _HEADING.split(page)
    return HelpTexts(mark_safe(intro), [mark_safe(section) for section in sections])  # noqa: S308 - a template of ours


def find(sections: Sequence[SafeString], question: str) -> list[SafeString]:
    """Return the sections in which every word of ``question`` occurs, whatever its spelling, article and case."""
    words = strip_prefixes(question).casefold().split()
    return [section for section in sections if _has_all(section, words)]


def _has_all(section: str, words: Sequence[str]) -> bool:
    text = strip_prefixes(strip_tags(section)).casefold()
    return all(word in text for word in words)
