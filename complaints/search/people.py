"""The search for staff by person: a telephone or document number, or first and family name; every one is recorded."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.identity import disclosure
from accounts.identity.names import MOST_NAMES, name_words, people_called
from accounts.models import Citizen, NumberKind, User, ViewKind
from complaints.models import Case, CaseQuerySet, ListedCase
from complaints.models.listed_cases import by_keys, listed_cases
from complaints.visibility.identity import found_by_person
from complaints.visibility.vocabulary import words_of
from kit.arabic import fold
from kit.forms import MobileField, plain_digits
from kit.keyset import PAGE


def by_number(text: str, *, user: User, at: datetime) -> list[ListedCase]:
    """Return the newest cases of the person whose telephone or document number ``text`` is, a page of them at most.

    For agency staff a person who hid the identity is found by neither. The search is recorded for everybody it met.
    """
    number = plain_digits(text)
    people = list(_numbered(number))
    cases = _newest(_within_reach(user, at=at).filter(citizen__in=people))
    reached = {case.citizen_id for case in cases}
    disclosure.record_search(number, people, viewer=user, within_reach=reached, at=at)
    return cases


def _numbered(number: str) -> QuerySet[Citizen]:
    found = [Citizen.objects.numbered(kind, variant) for kind in NumberKind for variant in {number, number.upper()}]
    # A number that is no mobile number can only be a document number.
    with suppress(ValidationError):
        found.append(Citizen.objects.with_phone(MobileField().clean(number)))
    return reduce(or_, found)


def by_name(text: str, *, user: User, at: datetime) -> list[ListedCase]:
    """Return the newest cases of people with the first and family name ``text``, a page of them at most.

    The search is recorded for the people whose cases it found: others of the same name were not meant. One that found
    nobody is recorded where the words may be a name.
    """
    people = people_called(text).filter(erased_at=None).values("pk")
    cases = _newest(_within_reach(user, at=at).filter(citizen__in=people))
    if cases or is_name(text):
        reached = {case.citizen_id for case in cases}
        met, typed = Citizen.objects.filter(pk__in=reached), " ".join(name_words(text))
        disclosure.record_search(typed, met, viewer=user, within_reach=reached, at=at, kind=ViewKind.NAME)
    return cases


def is_name(text: str) -> bool:
    """Tell whether ``text`` may be the name of a person: two words or a few more, the first of them a given name."""
    words = fold(text).split()
    return 1 < len(words) <= MOST_NAMES and words[0] in words_of("given")


def _within_reach(user: User, *, at: datetime) -> CaseQuerySet:
    return found_by_person(Case.objects.at_desk_of(user, at=at), user, at=at)


def _newest(cases: CaseQuerySet) -> list[ListedCase]:
    keys = list(cases.order_by("-pk").values_list("pk", flat=True)[:PAGE])
    return listed_cases(by_keys(keys), ["-pk"]) if keys else []
