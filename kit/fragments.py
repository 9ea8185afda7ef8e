"""Parts of a page that repeat many times: a template compiled once a language, whose places are then only filled."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

#: What stands in place of a variable while the template is compiled; no text for people contains these.
_MARK: Final = re.compile("\x02([a-z_]+)\x03")


class Fragment:
    """The template ``name`` with places for ``fields``, which stand in it as plain variables, without filters.

    Its conditions may ask ``flags`` alone, which are the same for all repetitions.
    """

    def __init__(self, name: str, *fields: str) -> None:
        self._name, self._fields = name, fields

    def fill(self, rows: Sequence[Mapping[str, str]], **flags: bool) -> SafeString:
        """Return the fragment for each of ``rows``, in the language of the page; values are escaped unless safe."""
        text, places = self._compiled(flags)
        return SafeString("".join([text % tuple([escaped(row[place]) for place in places]) for row in rows]))

    def fill_markup(self, rows: Iterable[tuple[str, ...]]) -> SafeString:
        """Return the fragment for each of ``rows``: what stands in its places, in their order, as markup."""
        text, _places = self._compiled({})
        return SafeString("".join([text % row for row in rows]))

    def _compiled(self, flags: Mapping[str, bool]) -> tuple[str, list[str]]:
        compiled = _compiled if not settings.DEBUG else _compiled.__wrapped__
        return compiled(self._name, self._fields, get_language() or "", tuple(sorted(flags.items())))


def escaped(text: str) -> str:
    """Return ``text`` as markup: what ``conditional_escape`` does, without what it does for lazy texts."""
    return text if hasattr(text, "__html__") else html.escape(text)


@lru_cache
def _compiled(
    name: str, fields: tuple[str, ...], _language: str, flags: tuple[tuple[str, bool], ...]
) -> tuple[str, list[str]]:
    """Return the template as a text to be formatted, and the names of the places in it, in their order."""
    marks = {field: SafeString(f"\x02{field}\x03") for field in fields}
    pieces = _MARK.split(get_template(name).render({**marks, **dict(flags)}))
    return "%s".join(piece.replace("%", "%%") for piece in pieces[::2]), pieces[1::2]
