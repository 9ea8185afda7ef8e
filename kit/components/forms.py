"""Django's tag ``csrf_token``, with a mark by which a form says that no script runs in its browser."""

from __future__ import annotations

from typing import Final

from django import template
from django.http import HttpRequest
from django.template import defaulttags
from django.template.base import Node, Parser, Token
from django.template.context import Context

register = template.Library()

# Sent before the token and under its name: the last value is the token, and nothing takes either for what was typed.
_FIELD: Final = "csrfmiddlewaretoken"
_MARK: Final = "scriptless"


def is_scriptless(request: HttpRequest) -> bool:
    """Tell whether a form was sent by a browser in which no script runs."""
    return _MARK in request.POST.getlist(_FIELD)


class _MarkedToken(Node):
    def __init__(self, node: Node) -> None:
        self._node = node

    def render(self, context: Context) -> str:
        token = self._node.render(context)
        if not token:
            return token
        return f'<noscript><input name="{_FIELD}" type="hidden" value="{_MARK}"></noscript>{token}'


@register.tag
def csrf_token(parser: Parser, token: Token) -> Node:
    """Write the token of a form, and on pages that lead to their answers the mark of a browser without script."""
    return _MarkedToken(defaulttags.csrf_token(parser, token))
