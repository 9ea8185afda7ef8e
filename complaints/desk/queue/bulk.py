"""One action applied to many cases of a list, each by itself: where it is refused, the others are not hindered."""

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
from complaints.actions.consultations import NotOfTheAgency
from complaints.actions.decisions import PromiseTooLate
from complaints.actions.links import LinkRefused
from complaints.actions.notes import HeldByAnother, NotAnOfficer
from complaints.actions.reminders import NobodyToRemind, RemindedToday
from complaints.actions.triage import NoActiveOfficer
from complaints.desk.macros.bulk import CaseRefused
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case
from complaints.permissions.rulings import AgencyEnded
from complaints.workflow import Action

#: Cases that one bulk action takes at most.
MOST: Final = 100
_CHOICE = re.compile(r"([0-9]{10})-([0-9]{1,9})")

#: Applies the action to one case; returns False where there was nothing to do.
type CaseAction = Callable[[Case], bool]


class CaseChanged(Exception):
    """The case has changed since the list was shown."""


@dataclass(frozen=True)
class Choice:
    """One row that was ticked: its tracking number, and the version of the case that the list showed."""

    reference: str
    version: int

    @classmethod
    def of(cls, case: Case) -> Choice:
        """Return the choice of ``case`` in its present version."""
        return cls(case.reference, case.version)

    def __str__(self) -> str:
        return f"{self.reference}-{self.version}"


def read_choices(sent: Sequence[str]) -> list[Choice]:
    """Return the rows that were ticked, each case once; what cannot be read as a choice is left out."""
    found = filter(None, map(_CHOICE.fullmatch, sent))
    chosen = {match[1]: Choice(match[1], int(match[2])) for match in found if reference.parse(match[1])}
    return list(chosen.values())


@dataclass(frozen=True)
class BulkResult:
    """What became of one choice; ``case`` is None where the person may not see it."""

    reference: str
    case: Case | None
    is_done: bool
    words: str


def visible_cases(chosen: Sequence[Choice], *, by: User, at: datetime) -> dict[str, Case]:
    """Return the chosen cases that ``by`` may see, by tracking number."""
    cases = Case.objects.visible_to(by, at=at).filter(reference__in=[choice.reference for choice in chosen])
    return {case.reference: case for case in cases.for_listing().with_recused()}


def apply(
    chosen: Sequence[Choice], action: CaseAction, *, by: User, at: datetime, locks: bool = True
) -> list[BulkResult]:
    """Apply ``action`` to each chosen case that ``by`` may see and that has not changed; return what became of each.

    Each case has a transaction of its own, so that a refusal undoes nothing but itself. Locks the case first; without
    ``locks`` the action does so itself, where it takes several cases, always in the same order.
    """
    seen = visible_cases(chosen, by=by, at=at)
    return [_apply_to(choice, seen.get(choice.reference), action, locks=locks) for choice in chosen]


def _apply_to(choice: Choice, case: Case | None, action: CaseAction, *, locks: bool) -> BulkResult:
    if case is None:
        return BulkResult(choice.reference, None, is_done=False, words=gettext("This case is not one of yours."))
    try:
        with transaction.atomic():
            rows = Case.objects.select_for_update(of=("self",)) if locks else Case.objects.all()
            if rows.values_list("version", flat=True).get(pk=case.pk) != choice.version:
                raise CaseChanged
            is_new = action(case)
    except _REFUSED as refused:
        return BulkResult(choice.reference, case, is_done=False, words=_refusal_text(refused))
    return BulkResult(
        choice.reference, case, is_done=True, words=gettext("Done.") if is_new else gettext("No change needed.")
    )


_REFUSALS: dict[type[Exception], StrPromise] = {
    CaseChanged: _("This case has changed since you opened the list. Open it to see what was done."),
    TransitionNotAllowed: _("This action is not possible in the case's current status."),
    NotEntitled: _("You are not allowed to do this to this case."),
    NotAnOfficer: _("This person is not an officer of the case's agency today, or has a conflict of interest."),
    RemindedToday: _("A reminder was already sent today."),
    NobodyToRemind: _("There is no one to remind about this case now."),
    PromiseTooLate: _("The time is past the limit of this case."),
    NoActiveOfficer: _("The agency has no active liaison officer today who could receive this case."),
    AgencyEnded: _("The agency no longer exists."),
    HeldByAnother: _("The case is with a directorate or an outside centre. It must come back first."),
    NotOfTheAgency: _("The directorate is no longer active."),
    LinkRefused: _("This case cannot be linked: it is the main case itself, is already linked, or has other links."),
}
_REFUSED: Final[tuple[type[Exception], ...]] = (CaseRefused, *_REFUSALS)


def _refusal_text(refused: Exception) -> str:
    if isinstance(refused, TransitionNotAllowed) and refused.action == Action.UNDO:
        return gettext("Its messages have been sent, or someone has changed it since: it can no longer be undone.")
    if isinstance(refused, CaseRefused):
        return str(refused)
    return next(str(words) for kind, words in _REFUSALS.items() if isinstance(refused, kind))
