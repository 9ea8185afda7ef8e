"""The rows in which lists of cases show them: the deadline, how far it is, and whether the person is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Self
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from accounts.models import User
from agencies.calendar import WorkingCalendar
from complaints.case_text.deadline import Countdown, case_countdown, countdown_to, days_label, status_colour
from complaints.clocks import clockwork
from complaints.clocks.clockwork import Pause
from complaints.models import Case, CaseQuerySet, ListedCase
from complaints.models.listed_cases import with_citizens
from complaints.visibility.redaction import knows_person
from kit.keyset import PAGE, KeysetPage, Order


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


# ---- The list that a case was opened from: it travels in the address, so that the next case of it is one press
# away.


#: A longer list than this is none of ours.
LONGEST: Final = 500
#: The name of the list of cases without an agency, in place of that of a view of the queue.
TRIAGE: Final = "triage"


@dataclass(frozen=True)
class WorkList:
    """A view of the queue with its order and filters, or triage, and the case that follows there, empty for none."""

    query: str
    following: str = ""

    @classmethod
    def of(cls, http: HttpRequest) -> Self | None:
        """Return the list that the address of ``http`` names; None where it names none."""
        query = http.GET.get("list", "")
        if not query or len(query) > LONGEST:
            return None
        # Read and written anew, so that nothing but parameters is left of it.
        return cls(QueryDict(query).urlencode(), http.GET.get("next", ""))

    @property
    def is_triage(self) -> bool:
        """Tell whether it is the list of cases without an agency."""
        return QueryDict(self.query).get("view") == TRIAGE

    @property
    def address(self) -> str:
        """Return the address of the list."""
        return f"{reverse('triage' if self.is_triage else 'queue')}?{self.query}"

    def case_url(self, reference: str) -> str:
        """Return the address of a case of the list; in triage it is opened where it stands."""
        if self.is_triage:
            return f"{self.address}&{urlencode({'open': reference})}"
        return reverse("desk-case", args=[reference]) + self.suffix

    @property
    def suffix(self) -> str:
        """Return what follows the address of a case of the list."""
        return f"?{urlencode({'list': self.query})}"

    @property
    def action_suffix(self) -> str:
        """Return what follows the address of an action, which leads on to the next case of the list."""
        following = {"next": self.following} if self.following else {}
        return f"?{urlencode({'list': self.query, **following})}"


# ---- Lists of cases that begin with the urgent ones. ----


#: The most urgent cases at the top of a list; any more stand at their deadline.
MOST_URGENT: Final = 10


def urgent_cases(cases: CaseQuerySet, order: Order) -> CaseQuerySet:
    """Return the urgent ones of ``cases`` in order; the first ``MOST_URGENT`` of them go to the top of a page."""
    return cases.urgent().order_by(*order.columns)


def urgent_first[Row: Case | ListedCase](found: list[Row], order: Order) -> KeysetPage[Row]:
    """Return the first page of ``found`` with the urgent ones at the top.

    ``found`` is in order: the rows of the page, one more if there is a next page, and the urgent ones, which may stand
    far behind. On a later page those stand at their deadline once more.
    """
    top = [case for case in found if case.is_urgent][:MOST_URGENT]
    page = order.first_page(found[: PAGE + 1])
    return KeysetPage([*top, *(case for case in page.rows if case not in top)], page.next)
