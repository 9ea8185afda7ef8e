"""The rows in which lists of cases show them: the deadline, how far it is, and whether the person is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import get_language, gettext

from accounts.models import User
from agencies.calendar import WorkingCalendar
from complaints.case_text.deadline import Countdown, case_countdown, countdown_to, days_label, status_colour
from complaints.clocks import clockwork
from complaints.clocks.clockwork import Pause
from complaints.models import Case, ListedCase
from complaints.models.listed_cases import with_citizens
from complaints.visibility.identity import knows_person


@dataclass(frozen=True)
class QueueRow[Row: (Case, ListedCase)]:
    """One case in a list, with its deadline, the colour of its status, and whether the reader knows its person.

    ``age`` is the number of working days since the day of filing.
    """

    case: Row
    due_at: datetime | None
    countdown: Countdown
    tag: str
    knows_person: bool
    age: int

    @property
    def age_words(self) -> str:
        """Return for how many working days the case is open."""
        return _age_words(self.age, get_language())

    @property
    def on(self) -> date | None:
        """Return the day of the deadline."""
        return timezone.localdate(self.due_at) if self.due_at else None


@lru_cache(maxsize=512)
def _age_words(age: int, _language: str | None) -> str:
    return gettext("open for %(span)s") % {"span": days_label(age) if age else gettext("less than a working day")}


def queue_rows(
    cases: Sequence[ListedCase], user: User, *, at: datetime, calendar: WorkingCalendar
) -> list[QueueRow[ListedCase]]:
    """Return the rows of ``cases`` for ``user``.

    Two statements at most for those that wait for their citizen, and one where a subject is redacted for the reader.
    """
    paused = clockwork.pauses_now(cases)
    rows = [queue_row(case, user, at=at, calendar=calendar, pause=paused.get(case.pk)) for case in cases]
    with_citizens(case for case, row in zip(cases, rows, strict=True) if not row.knows_person)
    return rows


def queue_row[Row: (Case, ListedCase)](
    case: Row, user: User, *, at: datetime, calendar: WorkingCalendar, pause: Pause | None = None
) -> QueueRow[Row]:
    """Return the row of ``case`` for ``user``, with the deadline of its partner task where the list shows that."""
    task_due_at: datetime | None = getattr(case, "partner_task_due_at", None)
    if task_due_at:
        countdown = countdown_to(task_due_at, at=at, calendar=calendar)
    else:
        countdown = case_countdown(case, at=at, calendar=calendar, pause=pause)
    due_at = task_due_at or case.deadline_at
    age = calendar.days_between(timezone.localdate(case.filed_at), timezone.localdate(at))
    return QueueRow(case, due_at, countdown, status_colour(case, countdown), knows_person(case, user, at=at), age)
