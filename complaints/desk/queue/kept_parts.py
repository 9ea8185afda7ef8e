"""The parts around the list that many pages share, kept as they were written: tabs, tiles and filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from complaints.desk.queue.counts import count_text
from complaints.desk.queue.options import Option
from complaints.desk.queue.tabs import Tab
from kit.components.marks import pill
from kit.components.numbers import num

_SELECTED: Final = SafeString(" selected")
_ALERT: Final = SafeString(" data-alert")
_HERE: Final = SafeString(' aria-current="true"')
_THIS_PAGE: Final = SafeString(' aria-current="page"')


def tab_links(tabs: Iterable[Tab], counts: Mapping[str, int], current: Tab | None) -> SafeString:
    """Return the links of the menu to ``tabs``, with the count of each that has one."""
    language = get_language()
    return SafeString("".join(_tab_link(tab, counts.get(tab), tab == current, language) for tab in tabs))


@lru_cache(maxsize=1024)
def _tab_link(tab: Tab, count: int | None, is_here: bool, _language: str | None) -> SafeString:  # noqa: FBT001 - a key
    is_alert = tab == Tab.LATE
    badge = ""
    if count is not None:
        disc = pill(count, kind="bad" if is_alert and count else "")
        badge = format_html(' <span data-count="{}"{}>{}</span>', tab, _ALERT if is_alert else "", disc)
    return format_html('<li><a href="{}"{}>{}{}</a></li>', _address(tab), _HERE if is_here else "", tab.label, badge)


def tiles(tabs: Iterable[tuple[Tab, str]], counts: Mapping[str, int], current: Tab | None) -> SafeString:
    """Return the tiles above the list: a tab with its count, and the colour of each."""
    language = get_language()
    found = (_tile(tab, colour, counts[tab], tab == current, language) for tab, colour in tabs)
    return SafeString("".join(found))


@lru_cache(maxsize=1024)
def _tile(tab: Tab, colour: str, count: int, is_here: bool, _language: str | None) -> SafeString:  # noqa: FBT001 - a key
    return format_html(
        '<li class="tile tile-{}"><a href="{}"{}><b data-count="{}">{}</b> <span class="what">{}</span></a></li>',
        *(colour, _address(tab), _THIS_PAGE if is_here else "", tab, num(count_text(count)), tab.label),
    )


def _address(tab: Tab) -> str:
    return f"{reverse('queue')}?view={tab}"


@lru_cache(maxsize=128)
def filter_field(
    name: str, label: str, value: str, options: tuple[Option, ...] | None, _language: str | None
) -> SafeString:
    """Return a filter with its ``options``, None where a day is typed; nothing where there is nothing to choose."""
    if options == ():
        return SafeString("")
    choices = None if options is None else _choices(options, value)
    context = {"name": name, "label": label, "value": value, "choices": choices}
    return SafeString(render_to_string("complaints/desk/queue/_filter.html", context))


def _choices(options: Sequence[Option], value: str) -> SafeString:
    groups: dict[str, list[Option]] = {}
    for option in options:
        groups.setdefault(option.group, []).append(option)
    return SafeString("".join(_group(group, found, value) for group, found in groups.items()))


def _group(heading: str, options: Sequence[Option], value: str) -> SafeString:
    cells = ((option.key, _SELECTED if option.key == value else "", option.name) for option in options)
    found = format_html_join("", '<option value="{}"{}>{}</option>', cells)
    return format_html('<optgroup label="{}">{}</optgroup>', heading, found) if heading else found
