"""Where a page stands: links that know whether we are there, and its address in the other language."""

from functools import lru_cache

from django import template
from django.template.context import Context
from django.urls import get_urlconf, reverse, translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kit import languages
from kit.components.drawings import icon
from kit.components.marks import pill
from kit.menu import MenuEntry

register = template.Library()


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context, *, to: str, text: object, icon_name: str = "", within: str = "", css: str = ""
) -> SafeString:
    """Link to a page by its url name and mark it when we are there, or on one of the names in ``within``."""
    words = format_html("{}{}", icon(icon_name), text) if icon_name else text
    return _link(to, words, _mark(_url_name(context), to, within), css=css)


def _mark(here: str, to: str, within: str) -> str:
    """Return what ``aria-current`` says on the page ``here`` of a link to the page ``to``; empty elsewhere."""
    return "page" if here == to else "true" if here in within.split() else ""


def _link(to: str, words: object, mark: str, *, css: str = "") -> SafeString:
    return format_html(
        '<a{} href="{}"{}>{}</a>',
        format_html(' class="{}"', css) if css else "",
        _address(to, get_language(), get_urlconf()),
        format_html(' aria-current="{}"', mark) if mark else "",
        words,
    )


@register.simple_tag(takes_context=True)
def side_menu(context: Context) -> SafeString:
    """Write the ``staff_menu`` of the page with its ``menu_counts``; each link is kept as it was written before."""
    here, counts = _url_name(context), context.get("menu_counts") or {}
    found: list[str] = []
    for group in context["staff_menu"]:
        links = (_menu_link(entry, here, counts.get(entry.url_name, 0)) for entry in group.entries)
        heading = format_html("<h2>{}</h2>", group.title) if group.title else ""
        found.append(f"{heading}<ul>{''.join(links)}</ul>")
    return SafeString("".join(found))


def _menu_link(entry: MenuEntry, here: str, count: int) -> SafeString:
    mark = _mark(here, entry.url_name, entry.within)
    return _kept_link(entry, mark, count, get_language(), get_urlconf())


@lru_cache(maxsize=2048)
def _kept_link(entry: MenuEntry, mark: str, count: int, _language: str | None, _urlconf: str | None) -> SafeString:
    words = format_html("{} {}", entry.text, pill(count, kind="bad")) if count else entry.text
    return format_html("<li>{}</li>", _link(entry.url_name, words, mark))


@lru_cache(maxsize=1024)
def _address(page: str, _language: str | None, _urlconf: str | None) -> str:
    """Return the address of a page; a menu of staff has some twenty."""
    return reverse(page)


def _url_name(context: Context) -> str:
    match = getattr(context.get("request"), "resolver_match", None)
    return match.url_name or "" if match else ""


@register.simple_tag(takes_context=True)
def other_language_url(context: Context) -> str:
    """Return the address of this page in the other language, its home page where this one has no twin."""
    other = languages.other_language()
    request = context.get("request")
    here = request.get_full_path() if request else ""
    prefix = f"/{get_language()}/"
    if request and request.resolver_match and here.startswith(prefix):
        # Addresses of pages differ in their first part alone.
        return f"/{other}/{here.removeprefix(prefix)}"
    there = translate_url(here, other) if here else here
    return there if there != here else f"/{other}/"


@register.simple_tag
def other_language() -> str:
    """Return the code of the language this page is not in."""
    return languages.other_language()
