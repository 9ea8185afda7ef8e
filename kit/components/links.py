"""Links and buttons: back, tiles, tabs, chips, menus, cards, pages of a list, print."""

from functools import cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kit.components.drawings import icon

register = template.Library()


@register.inclusion_tag("components/back.html")
def back(*, href: str, text: object = "") -> dict[str, Any]:
    """Offer the way back to the page before."""
    return {"href": href, "text": text or gettext("Back")}


@register.inclusion_tag("components/tile.html")
def tile(*, count: object, label: object, href: str = "", note: object = "", kind: str = "") -> dict[str, Any]:
    """Show one figure that links to its list (in ``<ul class="tiles">``); ``kind`` is info, bad, warn, wait or ok."""
    return {"count": count, "label": label, "href": href, "note": note, "kind": kind}


@register.inclusion_tag("components/tab.html")
def tab(*, href: str, text: object, current: bool = False, count: int | None = None) -> dict[str, Any]:
    """Show one tab (inside ``<nav class="tabs"><ul>``)."""
    return {"href": href, "text": text, "current": current, "count": count}


@register.inclusion_tag("components/chip.html")
def chip(*, href: str, text: object) -> dict[str, Any]:
    """Show one filter in force, with the link that removes it (inside ``<ul class="chips">``)."""
    return {"href": href, "text": text}


@register.simple_tag
def menu_item(*, href: str, text: object, icon_name: str, key: str = "") -> SafeString:
    """Show one action of ``<ul class="menu-list">``; ``key`` is the letter that opens it on a desk."""
    opens, letter = _key(key)
    return format_html('<li><a href="{}"{}>{}{}{}</a></li>', href, opens, icon(icon_name), text, letter)


@cache
def _key(key: str) -> tuple[SafeString, SafeString]:
    """Return the attribute and the sign of a key, of which there are few."""
    if not key:
        return SafeString(""), SafeString("")
    return format_html(' data-key="Key{}"', key), format_html("<kbd>{}</kbd>", key)


@register.inclusion_tag("components/link_card.html")
def link_card(*, href: str, title: object, text: object = "", icon_name: str = "") -> dict[str, Any]:
    """Show a large link with a picture and an example below it."""
    return {"href": href, "title": title, "text": text, "icon_name": icon_name}


@register.inclusion_tag("components/pager.html")
def pager(*, next: str = "", first: str = "") -> dict[str, Any]:  # noqa: A002 - the link's name
    """Link to the next page of a keyset list, and back to the first."""
    return {"next": next, "first": first}


@register.inclusion_tag("components/print_button.html")
def print_button(*, text: object = "") -> dict[str, Any]:
    """Show a button that prints the page; it appears only where script runs."""
    return {"text": text or gettext("Print")}
