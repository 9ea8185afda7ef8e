"""What sets a part of a page apart: notices, cards and lists of facts."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

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
    if not title:
        return format_html('<div class="card">{}</div>', SafeString(content))
    heading = format_html("<h2{}>{}</h2>", format_html(' id="{}"', id) if id else "", title)
    if link:
        heading = format_html('<div class="card-head">{} <a href="{}">{}</a></div>', heading, link, link_text)
    named = format_html(' aria-labelledby="{}"', id) if id else ""
    return format_html('<section class="card"{}>{} {}</section>', named, heading, SafeString(content))


@register.simple_block_tag
def facts(content: str, *, columns: int = 2) -> SafeString:
    """Open a summary list of ``{% fact %}``; ``columns`` 3 leaves room for "Change" links, 1 stacks label and value."""
    laid_out = f" facts-{columns}" if columns > 1 else ""
    return format_html('<dl class="facts{}">{}</dl>', laid_out, SafeString(content))


@register.simple_block_tag
def fact(content: str, *, label: object, change: str = "") -> SafeString:
    """Write one row of a summary list; ``change`` is the address of the page where it can be changed."""
    written = format_html("<dt>{}</dt><dd>{}</dd>", label, SafeString(content.strip()))
    if not change:
        return format_html("<div>{}</div>", written)
    link = format_html('<a href="{}">{}<span class="vh"> {}</span></a>', change, gettext("Change"), label)
    return format_html('<div>{}<dd class="act">{}</dd></div>', written, link)
