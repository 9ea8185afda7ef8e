"""The countries for select boxes, named in the language of the page, Jordan first."""

from __future__ import annotations

from functools import cache
from typing import Final

from django.utils.translation import get_language

from kit.arabic import fold

HOME: Final = "JO"
# Listed by CLDR, but no countries: unions, territories without residents, and codes for tests.
NOT_COUNTRIES: Final = frozenset(
    [
        "AC",
        "AQ",
        "BV",
        "CP",
        "CQ",
        "DG",
        "EA",
        "EU",
        "EZ",
        "HM",
        "IC",
        "IO",
        "QO",
        "TA",
        "TF",
        "UM",
        "UN",
        "XA",
        "XB",
        "ZZ",
    ]
)


def choices() -> list[tuple[str, str]]:
    """Return code and name of every country, sorted as the reader's alphabet sorts them."""
    return _choices(get_language() or "ar")


def name(code: str) -> str:
    """Return the name of a country."""
    return dict(choices()).get(code, code)


@cache
def _choices(language: str) -> list[tuple[str, str]]:
    from babel import Locale  # noqa: PLC0415 - a megabyte that few pages need, and once in a process

    names = Locale(language).territories
    countries = [(code, text) for code, text in names.items() if _is_country(code)]
    return sorted(countries, key=lambda country: (country[0] != HOME, fold(country[1])))


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES  # noqa: PLR2004 - ISO 3166-1 alpha-2
