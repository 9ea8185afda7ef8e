"""The search of the desk: a tracking number, words of a case, or the telephone or document number of its person."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import Lexeme, SearchQuery
from django.core.exceptions import ValidationError

from accounts.models import Citizen, NumberKind
from accounts.roles import CMU
from complaints import reference
from complaints.desk import PAGE, Page
from config.arabic import strip_prefixes
from config.forms import MobileField, plain_digits

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from complaints.models import Case, CaseQuerySet

#: What is longer than this is no search.
LONGEST = 200
#: Words looked for; more narrow nothing any further.
MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[+]?[A-Za-z]{0,3}[0-9]{5,20}")
_LAST = re.compile(r"[0-9]{1,18}")


def is_personal(text: str) -> bool:
    """Tell whether ``text`` looks like the number of a telephone or a document: such a text stays out of addresses."""
    return len(text) <= LONGEST and bool(_NUMBER.fullmatch(plain_digits(text)))


def by_reference(scope: CaseQuerySet, text: str) -> Case | None:
    """Return the case whose tracking number ``text`` is."""
    number = reference.parse(text)
    return scope.filter(reference=number).first() if number else None


def by_person(scope: CaseQuerySet, text: str, *, user: User, at: datetime) -> list[Case]:
    """Return the newest cases of the person whose telephone or document number ``text`` is, a page of them at most.

    For agency staff a person who hid the identity is found by neither.
    """
    people = _people(plain_digits(text))
    known = scope if user.authority(at).has(CMU) else scope.filter(hides_identity=False)
    return list(known.filter(citizen__in=people).for_listing().order_by("-pk")[:PAGE])


def _people(number: str) -> Any:
    found = [Citizen.objects.numbered(kind, variant) for kind in NumberKind for variant in {number, number.upper()}]
    # What is no mobile number is looked for as the number of a document only.
    with suppress(ValidationError):
        found.append(Citizen.objects.reached_at(MobileField().clean(number)))
    return reduce(or_, found).values("pk")


def by_words(scope: CaseQuerySet, text: str, *, after: str = "") -> Page:
    """Return a page of the cases that have every word of ``text`` or a word that begins with it, the newest first.

    Letters are folded and articles stripped as the database does it. ``after`` is the ``next`` of the page before.
    """
    words = _WORD.findall(strip_prefixes(text[:LONGEST]))[:MOST_WORDS]
    if not words:
        return Page([], "")
    wanted = SearchQuery(reduce(and_, (Lexeme(word, prefix=True) for word in words)), config="simple")
    rows = scope.filter(words=wanted)
    if _LAST.fullmatch(after):
        rows = rows.filter(pk__lt=int(after))
    cases = list(rows.for_listing().order_by("-pk")[: PAGE + 1])
    return Page(cases[:PAGE], str(cases[PAGE - 1].pk) if len(cases) > PAGE else "")
