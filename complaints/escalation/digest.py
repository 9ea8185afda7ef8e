"""The morning e-mail to every desk: decisions, cases due, at risk and returned, promises, messages not delivered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple, cast
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.contact import BY_EMAIL, CITIZEN_PREFIX, to_staff
from accounts.models import Absence, Membership, User, cmu_staff
from accounts.roles import DESK, LEADERSHIP, Role
from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import current_calendar
from complaints.case_text.deadline import holder_words, late_label, open_holdings
from complaints.clocks.clockwork import empty_level
from complaints.clocks.extensions import soon_ends
from complaints.models import Case, CaseEvent, CaseQuerySet, Holding, Refusal
from complaints.models.case import COMEBACKS
from complaints.permissions import readers
from complaints.permissions.rulings import supervisors_who_decide, to_decide
from complaints.track_record.counting import foretold
from complaints.workflow import AT_AGENCY, OPEN, Action
from kit.dates import day_digits
from kit.statements import ALWAYS, Condition, Statement, joined
from notifications import outbox
from notifications.models import CallOutcome, CallTask, Message, MessageQuerySet, MessageState
from notifications.outbox import Notice
from notifications.periodic import RowRun

# ---- The morning e-mail of the unit: the decisions that wait for its people, and the cases without an agency. ----


@dataclass(frozen=True)
class UnitCounts:
    """The numbers in the digest of one of the unit.

    Decisions that wait for them, cases in triage, and of the working day before the cases whose delay was reported to a
    level of an agency, and those where a level had nobody.
    """

    to_decide: int
    triage: int
    reported: int
    vacant: int

    template: ClassVar = "cmu_digest"


_COUNTS: Final = Statement(Path(__file__).with_name("unit_digest.sql"), UnitCounts)


def unit_counts(*, at: datetime, since: datetime) -> Iterator[tuple[User, UnitCounts]]:
    """Yield those of the unit who have something to decide or to refer or delays to hear of, each with the numbers.

    The delays are those reported from ``since`` until ``at``. A statement for each person.
    """
    for user in cmu_staff(timezone.localdate(at)).filter(wants_digest=True).exclude(email=""):
        desk = readers.at_desk(user, at=at)
        waiting = joined(" AND ", [desk, to_decide(user, at=at)])
        counts = _COUNTS.row({"waiting": waiting, "desk": desk}, since=since, until=at)
        if counts != UnitCounts(0, 0, 0, 0):
            yield user, counts


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


# ---- The late cases that were reported to the leadership of agencies: what its page shows and its e-mail
# names.


@dataclass(frozen=True)
class ReportedCase:
    """One clock that an agency missed, and when ``level`` was told, or was found to have nobody.

    ``told_agency_id`` is the agency that was told, ``agency_id`` the one that has the case now. ``is_late`` is False
    once the step that was owed is done, or waits for the citizen. ``taken`` are all steps of the clock.
    """

    clock_id: int
    case_id: int
    reference: str
    agency_id: int | None
    told_agency_id: int
    level: str
    told_at: datetime
    due_at: datetime
    is_late: bool
    is_task: bool
    taken: Sequence[str]
    citizen_id: UUID
    recused: Sequence[UUID]


_REPORTED: Final = Statement(Path(__file__).with_name("reported_cases.sql"), ReportedCase)


def reported_cases(
    levels: Collection[Role],
    agencies: Collection[int],
    *,
    at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    seen: Condition = ALWAYS,
) -> list[ReportedCase]:
    """Return what was reported to ``levels`` of ``agencies`` before ``until`` and is late at ``at``, latest first.

    What was reported from ``since`` on is among it even if it is late no more. ``seen`` says which cases are read. One
    statement.
    """
    until = until or at
    return _REPORTED.rows(
        {"seen": seen},
        steps=[name for role in sorted(levels) for name in (str(role), empty_level(role))],
        agencies=sorted(agencies),
        at=at,
        since=since or until,
        until=until,
    )


# ---- The morning e-mail to secretaries-general and ministers' offices: the late cases of their agencies, in
# one list.


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


def late_reports_send(*, at: datetime) -> int:
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
        owed = [
            notice for user, report in written for notice in _late_reports_notices(user, report, holdings, calendar)
        ]
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


def _late_reports_notices(
    user: User, report: LateReport, holdings: Mapping[int, Holding], calendar: WorkingCalendar
) -> Iterable[Notice]:
    return to_staff("ladder_digest", user, partial(_late_reports_words, report, holdings, calendar), by=BY_EMAIL)


def _late_reports_words(
    report: LateReport, holdings: Mapping[int, Holding], calendar: WorkingCalendar
) -> dict[str, str]:
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
