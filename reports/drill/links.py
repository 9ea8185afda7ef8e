"""The addresses of the lists of cases behind numbers, written by every page of figures and read by the page of a list.

An address holds keys and days, never a text or a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from html import escape
from urllib.parse import quote, urlencode

from django.urls import get_urlconf, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kit.sent_numbers import sent_number
from reports.figures.scopes import Dimension, Key, Scope
from reports.forms import period_of_address
from reports.periods import ReportPeriod

#: The URL name of the page.
PAGE = "figure-cases"
#: What stands in an address for "without one".
_NONE = "-"
_WHOLE = Scope()
#: The list that a cause may limit.
BY_CAUSE = "objections_upheld"
_CAUSE = re.compile("-|[a-z_]{1,12}")


def cases_url(measure: str, period: ReportPeriod, scope: Scope = _WHOLE) -> str:
    """Return the address of the cases that ``measure`` counts in ``period`` and ``scope``."""
    return cases_urls([measure], period, scope)[measure]


def cases_urls(measures: Iterable[str], period: ReportPeriod, scope: Scope = _WHOLE) -> Mapping[str, str]:
    """Return that address for each of ``measures``."""
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    page, others = _page(get_language(), get_urlconf()), urlencode({**days, **_written(scope)})
    return {measure: f"{page}?list={measure}&{others}" for measure in measures}


@lru_cache
def _page(_language: str | None, _urlconf: str | None) -> str:
    """Return the address of the page, which is made once for each language."""
    return reverse(PAGE)


def cases_urls_by(
    dimension: Dimension, measures: Sequence[str], period: ReportPeriod, scope: Scope
) -> Callable[[Key], Mapping[str, str]]:
    """Return what gives these addresses, as markup, for a key of ``dimension`` within ``scope``, for many rows."""
    name = dict(zip(Dimension, (each.name for each in fields(Scope)), strict=True))[dimension]
    addresses = cases_urls(measures, period, replace(scope, **{name: None}))
    beginnings = {measure: f"{escape(address)}&amp;{name}=" for measure, address in addresses.items()}

    def of(key: Key) -> Mapping[str, str]:
        written = _NONE if key is None else quote(str(key))
        return {measure: SafeString(beginning + written) for measure, beginning in beginnings.items()}

    return of


def cause_url(cause: str, period: ReportPeriod, scope: Scope = _WHOLE) -> str:
    """Return the address of the cases whose objection was accepted in ``period`` and ``scope`` for ``cause``."""
    return f"{cases_url(BY_CAUSE, period, scope)}&{urlencode({'cause': cause or _NONE})}"


def list_url(name: str, scope: Scope = _WHOLE) -> str:
    """Return the address of a list of cases as they are now, such as the missed deadlines of a kind."""
    return f"{_page(get_language(), get_urlconf())}?{urlencode({'list': name, **_written(scope)})}"


def _written(scope: Scope) -> dict[str, str]:
    limited = {each.name: getattr(scope, each.name) for each in fields(scope)}
    return {
        name: ",".join(sorted(_NONE if key is None else str(key) for key in keys))
        for name, keys in limited.items()
        if keys is not None
    }


@dataclass(frozen=True)
class AskedList:
    """What an address asks for; ``period`` is None for a list as it is now.

    ``cause`` limits accepted objections to a cause, which is empty where none was stated; None does not.
    """

    name: str
    period: ReportPeriod | None
    scope: Scope
    cause: str | None = None


def read(parameters: Mapping[str, str], *, today: date) -> AskedList | None:
    """Return what the parameters of an address ask for, None if they cannot be read or no report has the days."""
    try:
        return AskedList(parameters.get("list", ""), _period(parameters, today), _scope(parameters), _cause(parameters))
    except ValueError:
        return None


def _period(parameters: Mapping[str, str], today: date) -> ReportPeriod | None:
    if "first" not in parameters and "last" not in parameters:
        return None
    return period_of_address(parameters.get("first", ""), parameters.get("last", ""), today=today)


def _cause(parameters: Mapping[str, str]) -> str | None:
    cause = parameters.get("cause")
    if cause is None:
        return None
    if parameters.get("list") != BY_CAUSE or not _CAUSE.fullmatch(cause):
        raise ValueError
    return "" if cause == _NONE else cause


def _scope(parameters: Mapping[str, str]) -> Scope:
    words = {"kinds", "channels"}
    return Scope(
        **{
            each.name: frozenset(_key(text, is_word=each.name in words) for text in parameters[each.name].split(","))
            for each in fields(Scope)
            if each.name in parameters
        }
    )


def _key(text: str, *, is_word: bool) -> Key:
    if text == _NONE:
        return None
    if is_word:
        return text
    key = sent_number(text)
    if key is None:
        raise ValueError
    return key
