"""The one place that says who may learn who filed a case, and hands its words to everybody else covered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from accounts.models import User
from accounts.roles import CMU, DESK
from complaints.models import Case
from complaints.visibility.redaction import redactor


def knows_person(case: Case, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may learn who filed ``case``: the CMU may, and its agency unless the person hid it.

    Whoever only keeps sight of the case, or has a part in it, learns its words alone.
    """
    authority = user.authority(at)
    return authority.has(CMU) or (not case.hides_identity and case.agency_id in authority.agencies(DESK))


@dataclass(frozen=True)
class CaseVisibility:
    """The words of one case as one person reads them: as they stand, or with whoever filed it covered.

    A page about a case has it in its context as ``reading``; the tag ``user_text`` then covers whatever it writes.
    """

    case: Case
    knows_person: bool

    def cover(self, text: str) -> str:
        """Return ``text`` as this reader may read it, whoever wrote it: people sign, and answers name their readers."""
        return text if self.knows_person else self._covered(text)

    def whereabouts(self) -> list[str]:
        """Return the area and the place that the case names; one that names its person is left out, not covered."""
        parts = (part.strip() for part in (self.case.area, self.case.place))
        return [part for part in parts if part and self.cover(part) == part]

    @cached_property
    def _covered(self) -> Callable[[str], str]:
        return redactor(self.case.citizen)


@dataclass(frozen=True)
class StaffVisibility:
    """One member of staff at one moment, before lists of cases that are each somebody else's.

    A page of the desk has it in its context as ``reader``; the tag ``subject`` asks it.
    """

    user: User
    at: datetime

    def of(self, case: Case) -> CaseVisibility:
        """Return ``case`` as this person reads it; costs no statement where its citizen is at hand."""
        return CaseVisibility(case, knows_person(case, self.user, at=self.at))

    def subject(self, case: Case) -> str:
        """Return the subject of ``case`` as this person reads it."""
        return self.of(case).cover(case.subject)
