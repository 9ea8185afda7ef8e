"""Commitments about phenomena that fall due or are late: who is told, a level higher each working day.

A commitment is kept once evidence was written after it. Nobody is told twice of the same day: a message is owed once
for each occasion and person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import User, acting_as
from accounts.roles import UNIT_HEAD, Role
from agencies import successions
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from kit.dates import day_digits
from notifications import outbox
from notifications.outbox import Notice
from notifications.periodic import RowRun
from reports.models import Phenomenon, PhenomenonEntry, PhenomenonEntryKind, PhenomenonState
from reports.phenomena.batch import TASK

#: Working days before its day on which the owner is reminded, and days after it until which levels are told.
REMINDER_DAYS: Final = 2
LONGEST_DELAY: Final = timedelta(days=14)
#: Who is told of a delay after the first working day, the second, and so on.
LEVELS: Final = (Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.MINISTER_OFFICE, Role.PM_OFFICE)
_HEADS: Final = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL})


def tell_of_commitments(*, at: datetime) -> int:
    """Remind owners of commitments that fall due and tell the levels of late ones; return how many messages are new.

    Each commitment is a transaction. Safe to run twice and at the same time.
    """
    run, calendar, today, told = RowRun(TASK, "commitment", at=at), current_calendar(), timezone.localdate(at), 0
    for phenomenon in run.without_waiting(open_commitments(today)).select_related("owner").order_by("pk"):
        with run.row(phenomenon.pk):
            told += _tell(phenomenon, calendar, today=today, at=at)
    return told


def open_commitments(today: date) -> QuerySet[Phenomenon]:
    """Return the phenomena whose commitment falls due soon or is late, without evidence since it was made."""
    shown = PhenomenonEntry.objects.filter(
        phenomenon=OuterRef("pk"), kind=PhenomenonEntryKind.EVIDENCE, at__gte=OuterRef("committed_at")
    )
    between = (today - LONGEST_DELAY, today + LONGEST_DELAY)
    due = Phenomenon.objects.filter(state=PhenomenonState.ACCEPTED, due_on__range=between, owner__isnull=False)
    return due.filter(~Exists(shown))


def _tell(phenomenon: Phenomenon, calendar: WorkingCalendar, *, today: date, at: datetime) -> int:
    owner, due_on = phenomenon.owner, phenomenon.due_on
    if owner is None or due_on is None:
        return 0
    agency, made = successions.present_agency(owner, on=today), 0
    if today <= due_on:
        if calendar.days_between(today, due_on) <= REMINDER_DAYS:
            people = list(acting_as(_HEADS, today, agency=agency))
            made += _owe("commitment_reminder", phenomenon, people, occasion="reminder", at=at)
        return made
    for level in LEVELS[: calendar.days_between(due_on, today)]:
        place = None if level == Role.PM_OFFICE else agency
        # Of a level that nobody holds the head of the unit hears.
        people = list(acting_as({level}, today, agency=place)) or list(acting_as(UNIT_HEAD, today))
        made += _owe("commitment_late", phenomenon, people, occasion=level, at=at)
    return made


def _owe(template: str, phenomenon: Phenomenon, people: Sequence[User], *, occasion: str, at: datetime) -> int:
    full = f"commitment:{phenomenon.pk}:{phenomenon.due_on}:{occasion}"
    return len(outbox.owe(list(_notices(template, phenomenon, people)), occasion=full, at=at))


def _notices(template: str, phenomenon: Phenomenon, people: Sequence[User]) -> Iterator[Notice]:
    def words() -> dict[str, str]:
        owner, due_on = phenomenon.owner, phenomenon.due_on
        return {
            "agency": owner.short_name if owner else "",
            "date": day_digits(due_on) if due_on else "",
            "url": f"{settings.PUBLIC_URL}{reverse('phenomenon', args=[phenomenon.pk])}",
        }

    for user in people:
        yield from to_staff(template, user, words, by=BY_EMAIL)
