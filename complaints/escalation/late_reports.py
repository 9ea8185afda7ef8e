"""The morning e-mail to secretaries-general and ministers' offices: the late cases of their agencies, in one list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import User
from accounts.roles import LEADERSHIP
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.case_text.deadline import holder_words, late_label, open_holdings
from complaints.escalation.digest import (
    TASK,
    Morning,
    Place,
    acting_members,
    morning,
    owe_all_or_each,
    people_with_email,
)
from complaints.escalation.reported_cases import ReportedCase, reported_cases
from complaints.models import Holding
from kit.dates import day_digits
from notifications import outbox
from notifications.models import Message
from notifications.outbox import Notice
from notifications.periodic import RowRun

#: Cases named in one e-mail: what was reported since the last comes first, and the page shows the others.
MOST: Final = 50


@dataclass(frozen=True)
class LateReport:
    """What one reader is told: the cases that are late, and those reported since the last e-mail that no longer are."""

    cases: Sequence[ReportedCase]
    day: Morning

    def is_new(self, case: ReportedCase) -> bool:
        """Tell whether ``case`` was reported since the e-mail of the working day before."""
        return case.told_at >= self.day.since

    @property
    def listed(self) -> list[ReportedCase]:
        """Return the cases that the e-mail names: first the new ones, then those late the longest."""
        return sorted(self.cases, key=lambda case: (not self.is_new(case), case.due_at))[:MOST]


def send(*, at: datetime) -> int:
    """Owe the leadership of each agency its list of this working day; return how many were owed.

    As the other digests all are owed in one transaction under one occasion. They do not expire when offices close:
    nobody is told of these cases in any other way. Nobody can stop them.
    """
    calendar = current_calendar()
    day = morning(at, calendar)
    if day is None:
        return 0
    occasion = f"late:{day.on.isoformat()}"
    if Message.objects.filter(occasion=occasion).exists():
        return 0

    def owe(found: Iterable[tuple[User, LateReport]]) -> int:
        written = list(found)
        rows = open_holdings({case.case_id for _user, report in written for case in report.listed})
        holdings = {row.case_id: row for row in rows}
        owed = [notice for user, report in written for notice in _notices(user, report, holdings, calendar)]
        return len(outbox.owe(owed, occasion=occasion, at=at)) if owed else 0

    with transaction.atomic():
        return owe_all_or_each(list(reports(day)), owe, RowRun(TASK, "user", at=at))


def reports(day: Morning) -> Iterator[tuple[User, LateReport]]:
    """Yield who reads a list on this morning, with what it says; four statements for any number of agencies."""
    acting = acting_members(LEADERSHIP, day.on)
    agencies = {agency for places in acting.values() for _role, agency in places}
    found = reported_cases(LEADERSHIP, agencies, at=day.until, since=day.since, until=day.until)
    for user in people_with_email(acting):
        own = {case.clock_id: case for case in found if _is_told(user, acting[user.pk], case)}
        if own:
            yield user, LateReport(list(own.values()), day)


def _is_told(user: User, places: Mapping[Place, Collection[Any]], case: ReportedCase) -> bool:
    """Tell whether ``user`` is told of ``case`` in one of the ``places`` where they act for these members.

    Nobody is told of a case that they filed or are recused from, nor as deputy of somebody who is recused from it.
    """
    members = places.get((case.level, case.told_agency_id), ())
    is_own = user.person_id is not None and user.person_id == case.citizen_id
    return not is_own and user.pk not in case.recused and any(member not in case.recused for member in members)


# ---- what it says ----


def _notices(
    user: User, report: LateReport, holdings: Mapping[int, Holding], calendar: WorkingCalendar
) -> Iterable[Notice]:
    return to_staff("ladder_digest", user, partial(_words, report, holdings, calendar), by=BY_EMAIL)


def _words(report: LateReport, holdings: Mapping[int, Holding], calendar: WorkingCalendar) -> dict[str, str]:
    lines = [_line(case, holdings.get(case.case_id), calendar, at=report.day.until) for case in report.listed]
    return {
        "date": day_digits(report.day.on),
        "count": str(sum(case.is_late for case in report.cases)),
        "reported": str(sum(map(report.is_new, report.cases))),
        "cases": "\n\n".join(lines),
        "url": f"{settings.PUBLIC_URL}{reverse('late-cases')}",
    }


def _line(case: ReportedCase, holding: Holding | None, calendar: WorkingCalendar, *, at: datetime) -> str:
    """Return the number, how late the case is, who has it and its address, which stands in a line of its own."""
    if not case.is_late:
        return gettext("%(ref)s: no longer late.") % {"ref": case.reference}
    line = f"{case.reference}: {late_label(case.due_at, calendar, at)}. {holder_words(holding)}"
    return f"{line}\n{settings.PUBLIC_URL}{reverse('desk-case', args=[case.reference])}"
