"""What sets a part of a page apart: notices, cards and lists of facts."""

from django import template
from django.utils.safestring import SafeString

from kit.components.markup import markup

register = template.Library()


KINDS_OF_LEVELS = {"success": "ok", "warning": "warn", "error": "bad", "info": "", "debug": ""}


@register.simple_block_tag
def banner(content: str, *, kind: str = "", title: object = "", icon_name: str = "", role: str = "") -> SafeString:
    """Set a notice apart; ``kind`` is ok, warn, bad, wait or nothing; ``role`` (status, alert) has it read aloud.

    The level of a message of Django's is a ``kind`` too.
    """
    kind = KINDS_OF_LEVELS.get(kind, kind)
    picture = icon_name or {"ok": "check", "warn": "alert", "bad": "alert", "wait": "msg"}.get(kind, "info")
    return markup(
        "banner",
        kind=kind,
        title=title,
        picture=picture,
        role=role,
        content=SafeString(content),
        is_sentence="<p" not in content and "<ul" not in content,
    )


@register.simple_block_tag
def card(content: str, *, title: object = "", id: str = "", link: str = "", link_text: object = "") -> SafeString:  # noqa: A002 - the attribute's name
    """Open a card; with ``id`` and ``title`` it is a section named by its heading, with a ``link`` beside it."""
    return markup("card", content=SafeString(content), title=title, id=id, link=link, link_text=link_text)


@register.simple_block_tag
def facts(content: str, *, columns: int = 2) -> SafeString:
    """Open a summary list of ``{% fact %}``; ``columns`` 3 leaves room for "Change" links, 1 stacks label and value."""
    return markup("facts", content=SafeString(content), columns=columns)


@register.simple_block_tag
def fact(content: str, *, label: object, change: str = "") -> SafeString:
    """Write one row of a summary list; ``change`` is the address of the page where it can be changed."""
    return markup("fact", content=SafeString(content.strip()), label=label, change=change)
