"""All changes of staff, the newest first, filtered by person, agency and span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts.models import StaffChange
from kit.sent_numbers import sent_number

PAGE: Final = 50


@dataclass(frozen=True)
class ChangesQuery:
    """What is asked for; ``words`` are of the name or e-mail of whom a change is about, or of who made it."""

    words: str = ""
    agency: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class ChangesPage:
    """One page of changes, and the key the next one starts below (empty on the last)."""

    rows: Sequence[StaffChange]
    next: str


def list_changes(query: ChangesQuery, *, after: str = "") -> ChangesPage:
    """Return a page of changes in one statement; ``after`` is the ``next`` of the page before."""
    rows = StaffChange.objects.for_listing()
    for word in query.words.split():
        rows = rows.filter(_named("subject", word) | _named("proposed_by", word) | _named("decided_by", word))
    if query.agency is not None:
        rows = rows.filter(agency=query.agency)
    if query.since is not None:
        rows = rows.filter(proposed_at__gte=_midnight(query.since))
    if query.until is not None:
        rows = rows.filter(proposed_at__lt=_midnight(query.until + timedelta(days=1)))
    if (key := sent_number(after)) is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return ChangesPage(shown, str(shown[-1].pk) if len(found) > PAGE else "")


def _named(who: str, word: str) -> Q:
    return (
        Q(**{f"{who}__name_ar__icontains": word})
        | Q(**{f"{who}__name_en__icontains": word})
        | Q(**{f"{who}__login__icontains": word})
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
