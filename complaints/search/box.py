"""What the search box of staff answers, with forgiveness: what was typed is read as number, person, name or words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.core.exceptions import ValidationError

from accounts.models import User
from complaints import reference
from complaints.models import Case, ListedCase
from complaints.permissions.conditions import at_desk
from complaints.search import numbers, people
from complaints.search.search import LONGEST, by_words
from complaints.visibility.identity import StaffVisibility
from kit.forms import MobileField, plain_digits
from kit.forms.numbers import is_digits

#: Part of a mobile number. A national number may begin with 962, but not with +962.
_PART_OF_PHONE: Final = re.compile(r"(?:\+|00)9627?[0-9]*|07[0-9]*")
#: The number of a person or a case: digits, in a passport after letters.
_NUMBER: Final = re.compile(r"[+]?[A-Za-z]{0,3}[0-9]{5,20}")
#: How the tracking numbers of these decades begin.
_CENTURY: Final = "2"


class Reading(StrEnum):
    """As what the text in the box was read: the page says it above the cases found, or where there are none."""

    NUMBER = "number"
    ENDING = "ending"
    SHORT = "short"
    SLIP = "slip"
    PART_OF_PHONE = "part_of_phone"
    PERSON = "person"
    NAME = "name"
    WORDS = "words"


#: What is typed may mean another case: it is shown before it is opened.
_GUESSES: Final = frozenset({Reading.SLIP, Reading.NAME, Reading.WORDS})


@dataclass(frozen=True)
class BoxAnswer:
    """The cases found, the newest first, a page of them at most."""

    reading: Reading
    cases: Sequence[ListedCase] = ()

    @property
    def opens(self) -> str:
        """Return the tracking number of the case to open at once, empty where there is a choice."""
        is_sure = self.reading not in _GUESSES and len(self.cases) == 1
        return self.cases[0].reference if is_sure else ""


def answer(text: str, *, user: User, at: datetime) -> BoxAnswer | None:
    """Return what ``text`` finds for ``user``; None for plain words, which have an address of their own.

    Whatever may be a person's name or number is answered here: it must not stand in an address.
    """
    number = plain_digits(text) if len(text) <= LONGEST else ""
    if is_digits(number) and len(number) < reference.LENGTH:
        return _by_ending(number, user=user, at=at)
    if _is_part_of_phone(number):
        return BoxAnswer(Reading.PART_OF_PHONE)
    if _NUMBER.fullmatch(number):
        return _by_number(number, user=user, at=at)
    return _by_name(text, user=user, at=at)


def _by_ending(ending: str, *, user: User, at: datetime) -> BoxAnswer:
    if len(ending) < numbers.LEAST_DIGITS:
        return BoxAnswer(Reading.SHORT)
    cases = numbers.by_ending(Case.objects.visible_to(user, at=at), ending)
    if not cases and _is_part_of_phone(ending):
        return BoxAnswer(Reading.PART_OF_PHONE)
    if not cases and _NUMBER.fullmatch(ending):
        return BoxAnswer(Reading.PERSON, people.by_number(ending, user=user, at=at))
    return BoxAnswer(Reading.ENDING, cases)


def _by_number(number: str, *, user: User, at: datetime) -> BoxAnswer:
    """Return the case of a tracking number, else the cases of the person with it, else those it may be mistyped for."""
    visible = Case.objects.visible_to(user, at=at)
    is_valid = reference.is_valid(number)
    if is_valid and (cases := numbers.by_number(visible, number)):
        return BoxAnswer(Reading.NUMBER, cases)
    if cases := people.by_number(number, user=user, at=at):
        return BoxAnswer(Reading.PERSON, cases)
    if is_valid or len(number) != reference.LENGTH or not is_digits(number):
        return BoxAnswer(Reading.PERSON)
    cases = numbers.almost(visible, number)
    return BoxAnswer(Reading.SLIP if cases or number.startswith(_CENTURY) else Reading.PERSON, cases)


def _by_name(text: str, *, user: User, at: datetime) -> BoxAnswer | None:
    """Return the cases of people with this name, or those with the words of it; None where it is nobody's name."""
    cases = people.by_name(text, user=user, at=at)
    if cases or not people.is_name(text):
        return BoxAnswer(Reading.NAME, cases) if cases else None
    reads = StaffVisibility(user, at).of
    found = by_words(at_desk(user, at=at), text, reads=reads).rows
    return BoxAnswer(Reading.WORDS if found else Reading.NAME, found)


def _is_part_of_phone(number: str) -> bool:
    if not _PART_OF_PHONE.fullmatch(number):
        return False
    with suppress(ValidationError):
        return not MobileField().clean(number)
    return True
