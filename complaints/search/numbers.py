"""The search for staff by tracking number: the whole of it, its last digits, or one with a typing error."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from string import digits
from typing import Final

from complaints import reference
from complaints.models import CaseQuerySet, ListedCase
from complaints.models.case import reversed_reference
from complaints.models.listed_cases import by_keys, listed_cases
from kit.keyset import PAGE

#: Fewer last digits fit too many cases.
LEAST_DIGITS: Final = 4


def by_number(scope: CaseQuerySet, number: str) -> list[ListedCase]:
    """Return the case of ``scope`` with this tracking number, in a list."""
    return _listed(scope.filter(reference=number))


def by_ending(scope: CaseQuerySet, ending: str) -> list[ListedCase]:
    """Return the newest cases of ``scope`` whose tracking numbers end in these digits, a page of them at most."""
    return _listed(scope.alias(backwards=reversed_reference()).filter(backwards__startswith=ending[::-1]))


def almost(scope: CaseQuerySet, number: str) -> list[ListedCase]:
    """Return the cases of ``scope`` whose tracking numbers have one digit other than ``number``, or two in turn."""
    return _listed(scope.filter(reference__in=sorted(set(_mended(number)))))


def _mended(number: str) -> Iterator[str]:
    """Yield the numbers with a fitting check digit that a typing error turns into ``number``."""
    others = (f"{number[:place]}{other}{number[place + 1 :]}" for place in range(len(number)) for other in digits)
    turned = (
        f"{number[:place]}{second}{first}{number[place + 2 :]}"
        for place, (first, second) in enumerate(pairwise(number))
    )
    return (other for other in (*others, *turned) if reference.is_valid(other))


def _listed(cases: CaseQuerySet) -> list[ListedCase]:
    keys = list(cases.order_by("-pk").values_list("pk", flat=True)[:PAGE])
    return listed_cases(by_keys(keys), ["-pk"]) if keys else []
