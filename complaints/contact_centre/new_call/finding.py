"""Finding the person who calls: by mobile number, document number or name; every search is recorded and counted."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts import phones
from accounts.identity import disclosure
from accounts.identity.names import people_called
from accounts.models import Citizen, NumberKind, User, ViewKind
from accounts.models.people import MATCHED_FIRST
from accounts.rate_limits import HOUR, RateLimit, spend
from complaints.models import FoundBy
from kit.arabic import strip_prefixes
from kit.forms import MobileField, plain_digits

#: Searches of one agent in an hour; a call takes one or two.
SEARCHES_OF_AGENT: Final = RateLimit("caller_search", 90, HOUR)
#: People shown at once; whoever finds more asks for a number.
MOST_FOUND: Final = 8


@dataclass(frozen=True)
class PeopleFound:
    """Whom a search met, the proven ones first, by what it looked, and the mobile number if that was it."""

    people: Collection[Citizen]
    by: str
    phone: str = ""


def find(text: str, *, viewer: User, at: datetime) -> PeopleFound:
    """Return whom ``text`` names: a mobile number, a document number, or a first and a family name.

    The agent's own record and erased people are never found. Raises ``RateLimitReached``.
    """
    spend(SEARCHES_OF_AGENT, str(viewer.pk), at=at)
    by, phone, people = _search(text)
    others = people.filter(erased_at=None).exclude(pk=viewer.person_id) if viewer.person_id else people
    found = list(others.filter(erased_at=None).order_by(MATCHED_FIRST, "created_at", "pk")[:MOST_FOUND])
    reached = {citizen.pk for citizen in found}
    typed = plain_digits(text) if by != FoundBy.NAME else strip_prefixes(text)
    kind = ViewKind.NAME if by == FoundBy.NAME else ViewKind.SEARCH
    disclosure.record_search(typed, found, viewer=viewer, within_reach=reached, at=at, kind=kind)
    return PeopleFound(found, by, phone)


def mobile_in(text: str) -> str:
    """Return the mobile number that ``text`` is in E.164, Jordanian without a country; empty for anything else."""
    with suppress(ValidationError):
        return str(MobileField(regions=phones.all_regions, required=False).clean(text))
    return ""


def _search(text: str) -> tuple[str, str, QuerySet[Citizen]]:
    phone = mobile_in(text)
    if phone:
        return FoundBy.PHONE, phone, Citizen.objects.with_phone(phone)
    number = plain_digits(text)
    if any(letter.isdigit() for letter in number):
        kinds = (Citizen.objects.numbered(kind, variant) for kind in NumberKind for variant in {number, number.upper()})
        return FoundBy.NUMBER, "", reduce(or_, kinds)
    return FoundBy.NAME, "", people_called(text)
