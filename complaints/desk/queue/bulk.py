"""One deed done to many cases of a list: each by itself, so that those it cannot be done to hinder no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from complaints import reference
from complaints.actions.links import LinkRefused
from complaints.actions.notes import NotAnOfficer
from complaints.actions.reminders import NobodyToRemind, RemindedToday
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case

#: Cases of one press.
MOST: Final = 100
_CHOICE = re.compile(r"([0-9]{10})-([0-9]{1,9})")

#: Does the deed to one case; False tells that there was nothing to do.
type Deed = Callable[[Case], bool]


class Moved(Exception):
    """The case has changed since the list was shown."""


@dataclass(frozen=True)
class Choice:
    """One row that was ticked: its tracking number, and the version of the case that the list showed."""

    reference: str
    version: int

    @classmethod
    def of(cls, case: Case) -> Choice:
        """Return the choice of a case as it stands."""
        return cls(case.reference, case.version)

    def __str__(self) -> str:
        return f"{self.reference}-{self.version}"


def read(sent: Sequence[str]) -> list[Choice]:
    """Return what was ticked, each case once; what is no choice is left out."""
    found = filter(None, map(_CHOICE.fullmatch, sent))
    chosen = {match[1]: Choice(match[1], int(match[2])) for match in found if reference.parse(match[1])}
    return list(chosen.values())


@dataclass(frozen=True)
class Result:
    """What became of one row: ``case`` is None where the person may not see such a case."""

    reference: str
    case: Case | None
    is_done: bool
    words: str


def visible(chosen: Sequence[Choice], *, by: User, at: datetime) -> dict[str, Case]:
    """Return the chosen cases that ``by`` may see, by tracking number."""
    cases = Case.objects.visible_to(by, at=at).filter(reference__in=[one.reference for one in chosen])
    return {case.reference: case for case in cases.for_listing().with_recused()}


def press(chosen: Sequence[Choice], deed: Deed, *, by: User, at: datetime, locks: bool = True) -> list[Result]:
    """Do ``deed`` to each chosen case that ``by`` may see and that stands as the list showed it; tell each fate.

    Each case has a transaction of its own: what is refused leaves nothing of itself, and everything else done.
    Without ``locks`` the deed locks its cases itself: several, in the one order in which they are always locked.
    """
    seen = visible(chosen, by=by, at=at)
    return [_press(one, seen.get(one.reference), deed, locks=locks) for one in chosen]


def _press(one: Choice, case: Case | None, deed: Deed, *, locks: bool) -> Result:
    if case is None:
        return Result(one.reference, None, is_done=False, words=gettext("You have no such case."))
    try:
        with transaction.atomic():
            rows = Case.objects.select_for_update(of=("self",)) if locks else Case.objects.all()
            if rows.values_list("version", flat=True).get(pk=case.pk) != one.version:
                raise Moved
            is_new = deed(case)
    except tuple(_WHY) as refused:
        return Result(one.reference, case, is_done=False, words=_why(refused))
    return Result(
        one.reference, case, is_done=True, words=gettext("Done.") if is_new else gettext("It was so already.")
    )


_WHY: dict[type[Exception], StrPromise] = {
    Moved: _("It has changed since you opened the list. Open it, and see what was done."),
    TransitionNotAllowed: _("This cannot be done to a case that stands where it does."),
    NotEntitled: _("You may not do this to this case."),
    NotAnOfficer: _("The person is no officer of its agency today, or it is their own case or about them."),
    RemindedToday: _("A reminder was sent today already."),
    NobodyToRemind: _("Nobody owes anything on it now who could be reminded."),
    LinkRefused: _("It cannot be linked to this case: it is the case itself, linked already, or part of other links."),
}


def _why(refused: Exception) -> str:
    return next(str(words) for kind, words in _WHY.items() if isinstance(refused, kind))
