"""The clocks of a breach of personal data, the list of whom it concerns, and the notices to them.

Law No. 24 of 2023, article 20: the persons within 24 hours, the authority within 72, both from when it became known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.contact import account_notice
from accounts.models import Citizen, IdentityView
from complaints.models import Breach, BreachPerson, Case
from notifications import alarms, outbox
from notifications.models import AlarmKind
from notifications.periodic import RowRun

TASK: Final = "complaints.watch_breaches"
PERSONS_WITHIN: Final = timedelta(hours=24)
AUTHORITY_WITHIN: Final = timedelta(hours=72)
BATCH: Final = 200
#: For so long a page or a run owes notices; the next run goes on.
PAGE_SECONDS, RUN_SECONDS = 2.0, 60.0


@dataclass(frozen=True)
class BreachClock:
    """One duty to tell: until when, since when it is done, and whether it is late."""

    due_at: datetime
    done_at: datetime | None
    is_late: bool


def persons_clock(breach: Breach, *, at: datetime) -> BreachClock:
    """Return the clock of the notices to the persons."""
    return _clock(breach.known_at + PERSONS_WITHIN, breach.persons_told_at, at)


def authority_clock(breach: Breach, *, at: datetime) -> BreachClock:
    """Return the clock of the notice to the authority."""
    return _clock(breach.known_at + AUTHORITY_WITHIN, breach.authority_told_at, at)


def _clock(due_at: datetime, done_at: datetime | None, at: datetime) -> BreachClock:
    return BreachClock(due_at, done_at, (done_at or at) > due_at)


def concerned(filters: Mapping[str, Any]) -> QuerySet[Citizen]:
    """Return the people whom a breach concerns by its filters, in one statement; no filter finds nobody.

    ``reference``, ``agency`` (key), ``since`` and ``until`` (days of filing) choose cases; ``viewer`` chooses the
    people at whom that member of staff looked, within the same days.
    """
    if not any(filters.get(name) for name in ("reference", "agency", "since", "until", "viewer")):
        return Citizen.objects.none()
    people = Citizen.objects.filter(erased_at__isnull=True)
    since, until = (_midnight(filters.get(name)) for name in ("since", "until"))
    until = until + timedelta(days=1) if until else None
    if viewer := filters.get("viewer"):
        views = IdentityView.objects.filter(_span("at", since, until), viewer=UUID(viewer), citizen=OuterRef("pk"))
        people = people.filter(Exists(views))
    cases = Case.objects.filter(citizen=OuterRef("pk"))
    if filters.get("reference"):
        cases = cases.filter(reference=filters["reference"])
    if filters.get("agency"):
        cases = cases.filter(agency=filters["agency"])
    if not viewer:
        cases = cases.filter(_span("filed_at", since, until))
    if not viewer or filters.get("reference") or filters.get("agency"):
        people = people.filter(Exists(cases))
    return people


def _span(name: str, since: datetime | None, until: datetime | None) -> Q:
    span = Q()
    if since:
        span &= Q(**{f"{name}__gte": since})
    if until:
        span &= Q(**{f"{name}__lt": until})
    return span


def _midnight(day: str | None) -> datetime | None:
    if not day:
        return None
    return timezone.make_aware(datetime.combine(date.fromisoformat(day), datetime.min.time()))


def list_persons(breach: Breach, filters: Mapping[str, Any], *, at: datetime) -> int:
    """Keep the list of whom the breach concerns, and the filters that made it; once told, a list only grows."""
    with transaction.atomic():
        held = Breach.objects.select_for_update().get(pk=breach.pk)
        if held.telling_at is None:
            held.persons.all().delete()
        found = concerned(filters).values_list("pk", flat=True)
        people = [BreachPerson(breach=held, citizen_id=pk) for pk in found]
        BreachPerson.objects.bulk_create(people, ignore_conflicts=True, batch_size=1000)
        held.filters, held.listed_at, held.persons_told_at = dict(filters), at, None
        held.save(update_fields=["filters", "listed_at", "persons_told_at"])
    return len(people)


def begin_telling(key: int, *, listed: str, at: datetime) -> bool:
    """Fix the list that somebody has read, to be told; False where it was made anew since, or never made.

    ``listed`` is when that list was made, as ISO 8601. Locks the breach.
    """
    with transaction.atomic():
        held = Breach.objects.select_for_update().get(pk=key)
        if held.listed_at is None or held.listed_at.isoformat() != listed:
            return False
        if held.telling_at is None:
            held.telling_at = at
            held.save(update_fields=["telling_at"])
        return True


def tell_persons(breach: Breach, *, at: datetime, seconds: float = PAGE_SECONDS) -> bool:
    """Owe the notices to everybody on the list of a telling that has begun, a batch in a transaction.

    True when the last is owed. Safe to repeat: who is marked is not told again, and the outbox takes one notice for
    each breach and person.
    """
    until = monotonic() + seconds
    while _tell_batch(breach, at=at):
        if monotonic() > until:
            return False
    Breach.objects.filter(pk=breach.pk, persons_told_at__isnull=True).update(persons_told_at=at)
    return True


def _tell_batch(breach: Breach, *, at: datetime) -> int:
    with transaction.atomic():
        untold = breach.persons.filter(told_at__isnull=True).select_related("citizen").order_by("pk")
        people = list(untold.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        notices = [
            account_notice(one.citizen, "data_breach", one.citizen.phone, other_address=one.citizen.confirmed_email)
            for one in people
            if one.citizen.erased_at is None
        ]
        outbox.owe(notices, occasion=f"breach:{breach.pk}", at=at)
        BreachPerson.objects.filter(pk__in=[one.pk for one in people]).update(told_at=at)
    return len(people)


def watch(*, at: datetime) -> None:
    """Go on with notices that were begun, and raise an alarm for each breach with a duty that is late."""
    run = RowRun(TASK, "breach", at=at)
    for breach in run.without_waiting(Breach.objects.filter(telling_at__isnull=False, persons_told_at__isnull=True)):
        with run.row(breach.pk, atomic=False):
            tell_persons(breach, at=at, seconds=RUN_SECONDS)
    for breach in Breach.objects.filter(Q(persons_told_at__isnull=True) | Q(authority_told_at__isnull=True)):
        late = [name for name, clock in _open_clocks(breach, at=at) if clock.is_late]
        (alarms.raise_alarm if late else alarms.resolve)(AlarmKind.BREACH_LATE, f"breach {breach.pk}")
    for about in _settled():
        alarms.resolve(AlarmKind.BREACH_LATE, about)


def _open_clocks(breach: Breach, *, at: datetime) -> list[tuple[str, BreachClock]]:
    clocks = [("persons", persons_clock(breach, at=at)), ("authority", authority_clock(breach, at=at))]
    return [(name, clock) for name, clock in clocks if clock.done_at is None]


def _settled() -> list[str]:
    open_ = alarms.open_alarms().filter(kind=AlarmKind.BREACH_LATE).values_list("about", flat=True)
    done = Breach.objects.filter(persons_told_at__isnull=False, authority_told_at__isnull=False)
    return sorted({f"breach {pk}" for pk in done.values_list("pk", flat=True)} & set(open_))
