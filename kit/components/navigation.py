"""Where a page stands: links that know whether we are there, and its address in the other language."""

from collections.abc import Mapping
from functools import lru_cache

from django import template
from django.template.context import Context
from django.urls import NoReverseMatch, get_urlconf, reverse, translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kit import languages
from kit.components.drawings import icon
from kit.components.marks import pill

register = template.Library()


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context,
    *,
    to: str,
    text: object,
    icon_name: str = "",
    within: str = "",
    css: str = "",
    counts: Mapping[str, int] | None = None,
) -> SafeString:
    """Link to a page by its url name and mark it when we are there, or on one of the names in ``within``.

    ``counts`` say by url name how much waits on a page.
    """
    here = _url_name(context)
    current = "page" if here == to else "true" if here in within.split() else ""
    count = (counts or {}).get(to, 0)
    return format_html(
        '<a{} href="{}"{}>{}{}{}</a>',
        format_html(' class="{}"', css) if css else "",
        _address(to, get_language(), get_urlconf()),
        format_html(' aria-current="{}"', current) if current else "",
        icon(icon_name) if icon_name else "",
        text,
        format_html(" {}", pill(count, kind="bad")) if count else "",
    )


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
    there = translate_url(here, other) if here else here
    return there if there != here else f"/{other}/"


@register.simple_tag
def other_language() -> str:
    """Return the code of the language this page is not in."""
    return languages.other_language()


@register.simple_tag
def url_or_home(name: str) -> str:
    """Return the address of a page, the home page where no URL has that name (error pages must never fail)."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return f"/{languages.current_language()}/"
