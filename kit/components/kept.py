"""Django's tags ``translate``, ``url`` and ``static``, written once for each language where nothing else decides."""

from __future__ import annotations

import re
from typing import Any, Final

from django import template
from django.template import defaulttags
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.context import Context
from django.templatetags import i18n, static as static_files
from django.urls import get_urlconf, reverse
from django.utils.translation import get_language

register = template.Library()

_NUMBER: Final = re.compile("[0-9]{10}")
#: Stands for the number; no address has it.
_PLACE: Final = "\x02"


class _Kept(Node):
    """A node that writes the same for everybody who reads a language."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self._written: dict[tuple[str | None, str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        """Write what was written before in this language."""
        key = get_language(), get_urlconf(), context.autoescape
        if key not in self._written:
            self._written[key] = self._node.render(context)
        return self._written[key]


#: What stands around the number, by the name of the page, the language, and the addresses that are in force.
_around: Final[dict[tuple[str, str | None, str | None], str]] = {}


def number_address(page: str, number: str) -> str:
    """Return the address of a page about a number of ten digits, which is made once for each language."""
    key = page, get_language(), get_urlconf()
    if key not in _around:
        _around[key] = reverse(page, args=[number]).replace(number, _PLACE)
    return _around[key].replace(_PLACE, number)


class _KeptAround(Node):
    """The address of a page about a number: what stands around the number is the same for all of ten digits."""

    def __init__(self, node: Any) -> None:
        self._node = node

    def render(self, context: Context) -> str:
        """Write or keep the address, one of another form as Django does."""
        number = str(self._node.args[0].resolve(context))
        if not _NUMBER.fullmatch(number):
            return str(self._node.render(context))
        address = number_address(self._node.view_name.resolve(context), number)
        if not self._node.asvar:
            return address
        context[self._node.asvar] = address
        return ""


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """Translate a text; kept where it is written out and nothing is made of it."""
    node = i18n.do_translate(parser, token)
    texts = [text for text in (node.filter_expression, node.message_context) if text is not None]
    return node if node.asvar or not all(map(_is_written_out, texts)) else _Kept(node)


@register.tag
def url(parser: Parser, token: Token) -> Node:
    """Write the address of a page; kept where its only part is a number, or its name is written out and it has none."""
    node = defaulttags.url(parser, token)
    if len(node.args) == 1 and not node.kwargs:
        return _KeptAround(node)
    return node if node.args or node.kwargs or node.asvar or not _is_written_out(node.view_name) else _Kept(node)


@register.tag
def static(parser: Parser, token: Token) -> Node:
    """Write the address of a file; kept where its name is written out."""
    node = static_files.do_static(parser, token)
    return node if node.varname or not _is_written_out(node.path) else _Kept(node)


def _is_written_out(expression: FilterExpression) -> bool:
    """Tell whether an expression is a text or a number without filters."""
    if expression.filters:
        return False
    # What is to be translated has become a variable, which looks nothing up.
    return isinstance(expression.var, str) or getattr(expression.var, "lookups", ()) is None
