"""The suggested agencies of a case as markup: a button for each that can receive it, the others folded away."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from complaints.suggestions.owners import OpenCase, Suggestion
from kit.components.kept import number_address
from kit.fragments import Fragment

#: The suggestions that a digit of the keyboard presses.
WITH_KEYS: Final = 4
_BUTTON: Final = Fragment("complaints/staff/_refer_button.html", "address", "number", "code", "agency", "key")
_SUGGESTION: Final = Fragment("complaints/staff/_suggestion.html", "agency", "reason", "button")
_FOLDED: Final = Fragment("complaints/staff/_folded_suggestion.html", "agency", "reason")
_LIST: Final = Fragment(
    "complaints/staff/_suggestions.html", "address", "number", "token", "version", "able", "unable_words", "unable"
)


def suggestion_list(
    item: OpenCase, http: HttpRequest, *, action_suffix: str = "", has_keys: bool = False
) -> SafeString:
    """Return the suggestions of ``item``; empty without any. ``action_suffix`` follows the address of each action."""
    if not item.suggestions:
        return SafeString("")
    able = [
        {
            "agency": one.agency.name,
            "reason": one.reason,
            "button": refer_button(item, one, action_suffix=action_suffix, key=place if has_keys else 0),
        }
        for place, one in enumerate(item.able, 1)
    ]
    whole = {
        "address": refer_address(item.case.reference) + action_suffix,
        "number": item.case.reference,
        "token": get_token(http),
        "version": str(item.case.version),
        "able": _SUGGESTION.fill(able),
        "unable_words": _unable_words(len(item.unable)),
        "unable": _FOLDED.fill([{"agency": one.agency.name, "reason": one.reason} for one in item.unable]),
    }
    return _LIST.fill([whole], has_unable=bool(item.unable))


def refer_button(
    item: OpenCase, suggestion: Suggestion, *, action_suffix: str = "", key: int = 0, names_agency: bool = False
) -> SafeString:
    """Return what refers ``item`` by one press: a button of its list, or a link to the form where a reason is needed.

    ``key`` is the digit that presses it.
    """
    address = f"{refer_address(item.case.reference)}?agency={suggestion.agency.code}"
    button = {
        "address": address + (f"&{action_suffix[1:]}" if action_suffix else ""),
        "number": item.case.reference,
        "code": suggestion.agency.code,
        "agency": suggestion.agency.name,
        "key": str(key),
    }
    has_key = 1 <= key <= WITH_KEYS
    return _BUTTON.fill([button], needs_ruling=item.needs_ruling, names_agency=names_agency, has_key=has_key)


def refer_address(number: str) -> str:
    """Return the address at which the case of that number is referred."""
    return number_address("desk-refer", number)


def _unable_words(number: int) -> str:
    return ngettext(
        "%(number)s suggested agency cannot receive the case now",
        "%(number)s suggested agencies cannot receive the case now",
        number,
    ) % {"number": number}
