"""What the pages of a desk say around their cases: how far a deadline is, who sits there, and the menu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accounts.models import User
from agencies.models import Directorate
from complaints.case_text.deadline import Countdown, _countdown, case_countdown, status_colour
from complaints.clocks import pauses
from complaints.clocks.pauses import Pause
from complaints.models import Case, Consultation
from complaints.visibility.identity import knows_person

# ---- what a row and a page say ----


@dataclass(frozen=True)
class Row:
    """One line of a list: the case, when it is due and how far that is, and whether its person's name is shown."""

    case: Case
    due_at: datetime | None
    countdown: Countdown
    tag: str
    knows_person: bool

    @property
    def on(self) -> date | None:
        """Return the day of the deadline."""
        return timezone.localdate(self.due_at) if self.due_at else None

    @property
    def directorate(self) -> Directorate | None:
        """Return the directorate that is asked, in the view of these, and that of the case elsewhere."""
        asked: Sequence[Consultation] = getattr(self.case, "asked", ())
        return asked[0].directorate if asked else self.case.directorate


def rows_of(cases: Sequence[Case], user: User, *, at: datetime) -> list[Row]:
    """Return the lines of ``cases`` in a list of ``user``; at most two statements for all that wait for a citizen."""
    still = pauses.pauses_now(cases)
    return [row_of(case, user, at=at, still=still.get(case.pk)) for case in cases]


def row_of(case: Case, user: User, *, at: datetime, still: Pause | None = None) -> Row:
    """Return the line of ``case`` in a list of ``user``: in the view of parts with the date of the part."""
    part_due_at: datetime | None = getattr(case, "part_due_at", None)
    countdown = _countdown(part_due_at, at=at) if part_due_at else case_countdown(case, at=at, still=still)
    due_at = part_due_at or case.deadline_at
    return Row(case, due_at, countdown, status_colour(case, countdown), knows_person(case, user, at=at))


# ---- who sits at the desk ----
