"""What the search box of staff answers, with forgiveness: what was typed is read as number, person, name or words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from string import digits
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import reference
from complaints.models import Case, CaseQuerySet, ListedCase
from complaints.models.case import reversed_reference
from complaints.models.listed_cases import by_keys, listed_cases
from complaints.permissions.readers import at_desk
from complaints.search import search
from complaints.search.search import LONGEST, by_words
from complaints.visibility.redaction import StaffVisibility
from kit.forms import DigitsField, Form, MobileField, plain_digits
from kit.forms.numbers import is_digits
from kit.keyset import PAGE

# ---- The search for staff by tracking number: the whole of it, its last digits, or one with a typing error. ----


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
    if len(ending) < LEAST_DIGITS:
        return BoxAnswer(Reading.SHORT)
    cases = by_ending(Case.objects.visible_to(user, at=at), ending)
    if not cases and _is_part_of_phone(ending):
        return BoxAnswer(Reading.PART_OF_PHONE)
    if not cases and _NUMBER.fullmatch(ending):
        return BoxAnswer(Reading.PERSON, search.by_number(ending, user=user, at=at))
    return BoxAnswer(Reading.ENDING, cases)


def _by_number(number: str, *, user: User, at: datetime) -> BoxAnswer:
    """Return the case of a tracking number, else the cases of the person with it, else those it may be mistyped for."""
    visible = Case.objects.visible_to(user, at=at)
    is_valid = reference.is_valid(number)
    if is_valid and (cases := by_number(visible, number)):
        return BoxAnswer(Reading.NUMBER, cases)
    if cases := search.by_number(number, user=user, at=at):
        return BoxAnswer(Reading.PERSON, cases)
    if is_valid or len(number) != reference.LENGTH or not is_digits(number):
        return BoxAnswer(Reading.PERSON)
    cases = almost(visible, number)
    return BoxAnswer(Reading.SLIP if cases or number.startswith(_CENTURY) else Reading.PERSON, cases)


def _by_name(text: str, *, user: User, at: datetime) -> BoxAnswer | None:
    """Return the cases of people with this name, or those with the words of it; None where it is nobody's name."""
    cases = search.by_name(text, user=user, at=at)
    if cases or not search.is_name(text):
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


# ---- Asks for a case by its number. ----


PHONE_END = 4
_ENTER_PHONE_END = _("Enter the last 4 digits of the mobile number")


class TrackForm(Form):
    """The tracking number, and what only its owner knows about the mobile number."""

    ref = DigitsField(
        length=reference.LENGTH, label=_("Tracking number"), help_text=_("The 10-digit number in our message to you")
    )
    phone_end = DigitsField(
        length=PHONE_END,
        label=_("Last 4 digits of your mobile number"),
        help_text=_("The number you gave when you registered"),
        error_messages={
            "required": _ENTER_PHONE_END,
            "not_digits": _ENTER_PHONE_END,
            "length": _("Enter the last 4 digits of the mobile number; you entered %(typed)s"),
        },
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        initial: dict[str, Any] | None = None,
        is_number_only: bool = False,
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["phone_end"].required = not is_number_only

    def clean_ref(self) -> str:
        """Refuse a number whose check digit does not fit: it was mistyped."""
        typed: str = self.cleaned_data["ref"]
        if not reference.is_valid(typed):
            raise ValidationError(
                _("This tracking number is not correct. Check it against our message."), code="check_digit"
            )
        return typed
