"""The morning e-mail to every desk: decisions, cases due, at risk and returned, promises, messages not delivered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, ClassVar, NamedTuple, cast

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.contact import BY_EMAIL, CITIZEN_PREFIX, to_staff
from accounts.models import Absence, Membership, User
from accounts.roles import DESK, Role
from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import current_calendar
from complaints.clocks.extensions import soon_ends
from complaints.escalation.unit_digest import UnitCounts, unit_counts
from complaints.models import Case, CaseEvent, CaseQuerySet, Refusal
from complaints.models.case import COMEBACKS
from complaints.permissions.to_decide import supervisors_who_decide
from complaints.track_record.counting import foretold
from complaints.workflow import AT_AGENCY, OPEN, Action
from kit.dates import day_digits
from notifications import outbox
from notifications.models import CallOutcome, CallTask, Message, MessageQuerySet, MessageState
from notifications.outbox import Notice
from notifications.periodic import RowRun

TASK = "complaints.send_digests"


@dataclass(frozen=True)
class Morning:
    """The bounds in time of one digest.

    ``since`` and ``until`` are the openings of the working day before and of this one, whenever in the day the digest
    is made: events after the opening belong to the next one, so that nothing is reported twice or never.
    """

    on: date
    since: datetime
    until: datetime
    day_ends: datetime
    risk_ends: datetime
    expires_at: datetime


def morning(at: datetime, calendar: WorkingCalendar) -> Morning | None:
    """Return the morning of ``at``; None outside the hours in which offices are open."""
    today = timezone.localdate(at, AMMAN)
    if calendar.opens_next(at) > at:
        return None
    opening = calendar.opening(today)
    return Morning(
        on=today,
        since=calendar.opening(calendar.working_day_before(today)),
        until=opening,
        day_ends=_midnight_after(today),
        risk_ends=soon_ends(opening, calendar),
        expires_at=calendar.closing(today),
    )


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, AMMAN)


@dataclass(frozen=True)
class DigestCounts:
    """The numbers in the digest of a desk: of cases, and one of messages.

    - ``due_today``: the desk owes the next step before midnight; those already late are among them.
    - ``at_risk``: it owes the next step later, but within the span that the queue marks as soon. Not by the part of the
      clock that has run: the number is that of the rows the officer finds marked.
    - ``returned``: between the opening of the working day before and today's the case came back to the agency, and
      nobody has moved it since: an objection was upheld, the citizen replied or let the time to reply pass, or the CMU
      referred it to the agency again although it had declined. A proposed later date is never refused, only dropped.
    - ``to_decide``: what waits for the reader's own decision as a supervisor.
    - ``likely_missed``: its promises that will likely be missed, as foretold last night.
    - ``failed``: messages to the citizens of the agency's open cases that could not be delivered, were not said by
      another way, and about which nobody has reached the citizen by telephone.
    """

    due_today: int = 0
    at_risk: int = 0
    returned: int = 0
    failed: int = 0
    likely_missed: int = 0
    to_decide: int = 0

    template: ClassVar = "officer_digest"

    def __add__(self, other: DigestCounts) -> DigestCounts:
        """Return the figures of both."""
        return DigestCounts(
            self.due_today + other.due_today,
            self.at_risk + other.at_risk,
            self.returned + other.returned,
            self.failed + other.failed,
            self.likely_missed + other.likely_missed,
            self.to_decide + other.to_decide,
        )


@dataclass(frozen=True)
class DigestReader:
    """Somebody who acts at the desk of ``agencies`` today: at those of ``instead`` only in the place of others."""

    user: User
    agencies: frozenset[int]
    instead: Mapping[int, frozenset[Any]] = field(default_factory=dict)

    def counts(self, part: DigestPart) -> bool:
        """Tell whether the digest counts ``part``: not cases they filed or are recused from, as deputy too."""
        if part.agency not in self.agencies or (part.own is not None and part.own == self.user.person_id):
            return False
        absent = self.instead.get(part.agency)
        return self.user.pk not in part.recused and not (absent and absent <= part.recused)


type Counts = DigestCounts | UnitCounts


class DigestPart(NamedTuple):
    """Cases counted together: of one agency, of one of the staff who complain or none, about the same people."""

    agency: int
    own: Any
    recused: frozenset[Any]


def send(*, at: datetime) -> int:
    """Owe each desk its digest of this working day, at the first run in working hours; return how many were owed.

    All are owed in one transaction under one occasion, so that every further run of the day does nothing. A digest
    without any cases is not sent, nor one that cannot be sent before offices close. Whoever's digest fails gets none on
    this day.
    """
    day = morning(at, current_calendar())
    if day is None:
        return 0
    occasion = f"digest:{day.on.isoformat()}"
    if Message.objects.filter(occasion=occasion).exists():
        return 0

    def owe(digests: Iterable[tuple[User, Counts]]) -> int:
        notices = [notice for user, counts in digests for notice in _notices(user, counts, day)]
        return len(outbox.owe(notices, occasion=occasion, at=at, expires_at=day.expires_at)) if notices else 0

    with transaction.atomic():
        digests: list[tuple[User, Counts]] = [*_counted(day), *unit_counts(at=day.until, since=day.since)]
        return owe_all_or_each(digests, owe, RowRun(TASK, "user", at=at))


def owe_all_or_each[Said](
    digests: Sequence[tuple[User, Said]],
    owe: Callable[[Iterable[tuple[User, Said]]], int],
    run: RowRun,
) -> int:
    """Owe all digests at once, or, where one of them fails, each by itself; return how many were owed."""
    try:
        with transaction.atomic():
            return owe(digests)
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # noqa: BLE001 - whatever one bad digest raises; it is named below
        owed = 0
    for digest in digests:
        with run.row(digest[0].pk):
            owed += owe([digest])
    return owed


def _notices(user: User, counts: Counts, day: Morning) -> Iterable[Notice]:
    return to_staff(counts.template, user, partial(_words, counts, day), by=BY_EMAIL)


def _counted(day: Morning) -> Iterable[tuple[User, DigestCounts]]:
    """Yield the readers who have anything to hear, each with the figures."""
    readers, decisions = digest_readers(day.on), supervisors_who_decide(at=day.until)
    parts = counts_for(day, people=[reader.user.person_id for reader in readers if reader.user.person_id])
    for reader in readers:
        counts = _counts_for_reader(reader, parts)
        counts += DigestCounts(to_decide=decisions.get(reader.user.pk, 0))
        if counts != DigestCounts():
            yield reader.user, counts


def _counts_for_reader(reader: DigestReader, parts: Mapping[DigestPart, DigestCounts]) -> DigestCounts:
    """Add up the numbers of the reader's agencies, without cases the reader filed or is recused from."""
    return sum((counts_for for part, counts_for in parts.items() if reader.counts(part)), DigestCounts())


def _words(counts: Counts, day: Morning) -> dict[str, str]:
    numbers = {name: str(number) for name, number in vars(counts).items()}
    return {"date": day_digits(day.on), "url": f"{settings.PUBLIC_URL}{reverse('queue')}", **numbers}


# ---- who reads it ----


def digest_readers(on: date) -> list[DigestReader]:
    """Return the officers and supervisors who act on a day: those present, and the deputies of those away.

    Three statements for any number of agencies.
    """
    acting = acting_members(DESK, on)
    return [_reader(user, acting[user.pk]) for user in people_with_email(acting).filter(wants_digest=True)]


def _reader(user: User, places: Mapping[Place, set[Any]]) -> DigestReader:
    desks: dict[int, set[Any]] = defaultdict(set)
    for (_role, agency), members in places.items():
        desks[agency] |= members
    instead = {agency: frozenset(members) for agency, members in desks.items() if user.pk not in members}
    return DigestReader(user, frozenset(desks), instead)


#: A role, and the agency in which it is held.
type Place = tuple[str, int]


def acting_members(roles: Collection[Role], on: date) -> Mapping[Any, Mapping[Place, set[Any]]]:
    """Return by the key of who acts in ``roles`` on a day, a deputy or the member, the places and their members there.

    Two statements for any number of agencies.
    """
    deputies: dict[Any, set[Any]] = defaultdict(set)
    for user, deputy in Absence.objects.on(on).values_list("user", "deputy"):
        deputies[user].add(deputy)
    acting: dict[Any, dict[Place, set[Any]]] = defaultdict(lambda: defaultdict(set))
    members = Membership.objects.active(on).filter(role__in=roles, agency__isnull=False, user__is_active=True)
    for user, role, agency in members.values_list("user", "role", "agency"):
        for who in deputies.get(user, {user}):
            acting[who][role, agency].add(user)
    return acting


def people_with_email(keys: Iterable[Any]) -> QuerySet[User]:
    """Return the staff with these ``keys`` to whom an e-mail can be written."""
    people = User.objects.filter(pk__in=set(keys) - {None}, is_active=True, is_staff=True)
    return people.exclude(email="").order_by("login")


# ---- what it says ----


def counts_for(day: Morning, *, people: Iterable[Any]) -> Mapping[DigestPart, DigestCounts]:
    """Return the figures of every agency, those of the cases of each of ``people`` (staff who complain) apart.

    Those of cases that are about staff apart too: nobody is told of a case of their own or about themselves. Four
    statements for any number of agencies and people.
    """
    own = models.Case(models.When(citizen__in=list(people), then=F("citizen")), default=None)
    found: dict[DigestPart, DigestCounts] = defaultdict(DigestCounts)
    for cases, numbers in (
        (_with_deadline(day), _by_deadline(day)),
        (_returned(day), {"returned": models.Count("pk")}),
        (_failed(), {"failed": _lost_of_each()}),
        (foretold(Case.objects.all()), {"likely_missed": models.Count("pk")}),
    ):
        parted = cases.with_recused().annotate(own=own).order_by()
        grouped = parted.values("agency", "own", "recused").annotate(**numbers)
        for row in cast("Iterable[dict[str, Any]]", grouped):
            part = DigestPart(row["agency"], row["own"], frozenset(row["recused"]))
            found[part] += DigestCounts(**{name: row[name] for name in numbers})
    return found


def _owed() -> CaseQuerySet:
    return Case.objects.filter(state__in=AT_AGENCY)


def _with_deadline(day: Morning) -> CaseQuerySet:
    return _owed().filter(deadline_at__lt=day.risk_ends)


def _by_deadline(day: Morning) -> dict[str, models.Count]:
    today = Q(deadline_at__lt=day.day_ends)
    return {"due_today": models.Count("pk", filter=today), "at_risk": models.Count("pk", filter=~today)}


def _returned(day: Morning) -> CaseQuerySet:
    comeback = CaseEvent.objects.filter(
        case=OuterRef("pk"), action=OuterRef("last_action"), at__gte=day.since, at__lt=day.until
    )
    declined = Refusal.objects.standing().filter(case=OuterRef("pk"), agency=OuterRef("agency"))
    return _owed().filter(Exists(comeback), ~Q(last_action=Action.REFER) | Exists(declined), last_action__in=COMEBACKS)


def _lost() -> MessageQuerySet:
    return Message.objects.filter(
        ~Exists(Message.objects.filter(repeats=OuterRef("pk"))),
        ~Exists(CallTask.objects.filter(message=OuterRef("pk"), outcome=CallOutcome.REACHED)),
        state=MessageState.UNDELIVERABLE,
        recipient__startswith=CITIZEN_PREFIX,
    )


def _failed() -> CaseQuerySet:
    return Case.objects.filter(state__in=OPEN, agency__isnull=False, reference__in=_lost().values("reference"))


def _lost_of_each() -> models.Sum:
    of_case = _lost().filter(reference=OuterRef("reference")).order_by().values("reference")
    return models.Sum(models.Subquery(of_case.annotate(count=models.Count("pk")).values("count")))
