"""Makes and reads the kept lists of the dashboards: agencies at risk, missed deadlines, directory, messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django_stubs_ext import StrPromise

from accounts.contact import staff_key
from accounts.models import Membership, User
from accounts.roles import DESK, LADDER, Role
from agencies.calendar import AMMAN
from agencies.models import Agency
from complaints.models import Case, Clock, ClockStep
from complaints.workflow import OPEN, ClockKind, State
from notifications import addresses
from notifications.models import CallTask, Channel, Message, MessageState
from notifications.periodic import RowRun
from reports.dashboards.rises import daily_counts, quiet_agencies, rise_facts, rises
from reports.figures.measures import Figures, whole_percent
from reports.figures.reading import FiguresBeingCounted, read
from reports.figures.sums import Dimension
from reports.models import KeptList, KeptListName
from reports.periods import DAY, ReportPeriod

# ---- Agencies at risk: those that will miss several promises of a week if they go on as they did in four
# weeks.


SPAN: Final = timedelta(weeks=4)
AHEAD: Final = timedelta(days=7)
#: A share of fewer answers says nothing.
LEAST_ANSWERS: Final = 10
#: From so many promises on that will probably be missed an agency is listed; the most first, so many at most.
LEAST_MISSED: Final = 2
MOST: Final = 8


@dataclass(frozen=True)
class AgencyAtRisk:
    """An agency: the percentage answered on time in four weeks and in the four before, and what falls due in a week."""

    agency: int
    on_time: int
    before: int | None
    due: int

    @property
    def expected(self) -> float:
        """The promises that will be missed if the agency goes on as it did."""
        return self.due * (100 - self.on_time) / 100


def agencies_at_risk(*, at: datetime) -> list[AgencyAtRisk]:
    """Return the agencies at risk, the most expected misses first; a constant number of statements."""
    today = timezone.localdate(at, AMMAN)
    lately = ReportPeriod(today - SPAN + DAY, today)
    earlier = ReportPeriod(lately.first - SPAN, lately.first - DAY)
    now, before = (_by_agency(period, at=at) for period in (lately, earlier))
    due = _due(at=at)
    found = [_agency(key, now[key], before.get(key, Figures()), due[key]) for key in due if key in now]
    risky = [each for each in found if each and each.expected >= LEAST_MISSED]
    return sorted(risky, key=lambda each: (-each.expected, each.agency))[:MOST]


def _by_agency(period: ReportPeriod, *, at: datetime) -> Mapping[int, Figures]:
    rows = read(period, by=(Dimension.AGENCY,), at=at, measures=("answered_on_time",)).rows
    return {key: figures for (key,), figures in rows.items() if isinstance(key, int)}


def _due(*, at: datetime) -> Mapping[int, int]:
    running = Case.objects.filter(state__in=OPEN - {State.WAITING}, deadline_at__gte=at, deadline_at__lt=at + AHEAD)
    return dict(running.exclude(agency=None).order_by().values_list("agency").annotate(number=Count("pk")))


def _agency(agency: int, now: Figures, before: Figures, due: int) -> AgencyAtRisk | None:
    if now.base("answered_on_time") < LEAST_ANSWERS:
        return None
    enough = before.base("answered_on_time") >= LEAST_ANSWERS
    return AgencyAtRisk(agency, _percent(now), _percent(before) if enough else None, due)


def _percent(figures: Figures) -> int:
    return whole_percent(figures.value("answered_on_time") or 0)


# ---- Missed deadlines that still run, by what was to be done, and by the level they were reported to. ----


#: The citizen's own time to reply is no promise of the government.
OWED = frozenset(ClockKind) - {ClockKind.CITIZEN_REPLY, ClockKind.MAY_OBJECT}


@dataclass(frozen=True)
class MissedClocks:
    """How many clocks of one kind run past their deadline, and the oldest of these deadlines."""

    kind: str
    number: int
    oldest: datetime


def missed_clocks(*, at: datetime) -> list[MissedClocks]:
    """Return the missed clocks by kind, in the order of a case's life; one statement."""
    rows = _missed(at=at).values("kind").annotate(number=Count("pk"), oldest=Min("due_at"))
    found = {row["kind"]: MissedClocks(row["kind"], row["number"], row["oldest"]) for row in rows}
    return [found[kind] for kind in ClockKind if kind in found]


def escalations(*, at: datetime) -> dict[str, int]:
    """Return how many missed clocks were reported up to each level of the ladder, and no higher; one statement."""
    late = _missed(at=at).values("pk")
    taken = ClockStep.objects.filter(clock__in=late, step__in=LADDER).order_by().values_list("clock", "step")
    highest: dict[int, int] = {}
    for clock, step in taken:
        level = next(place for place, role in enumerate(LADDER) if role == step)
        highest[clock] = max(level, highest.get(clock, 0))
    levels = Counter(highest.values())
    return {str(role): levels[place] for place, role in enumerate(LADDER)}


def _missed(*, at: datetime) -> QuerySet[Clock]:
    running = Clock.objects.filter(ended_at__isnull=True, paused_at__isnull=True, kind__in=sorted(OWED))
    return running.filter(due_at__lt=at).order_by()


# ---- Where the directory of agencies and staff is in bad order, so that nobody meets a case or a message. ----


#: An officer who has not signed in for so long is named.
SILENT_AFTER: Final = timedelta(days=30)


@dataclass(frozen=True)
class DirectoryHealth:
    """The keys of agencies without an officer, of staff without a proven phone, and of officers who do not sign in."""

    without_officer: tuple[int, ...] = ()
    phone_not_proven: tuple[UUID, ...] = ()
    not_signed_in: tuple[UUID, ...] = ()


def directory_health(*, at: datetime) -> DirectoryHealth:
    """Return what is in bad order today; five statements."""
    on = timezone.localdate(at)
    seats = Membership.objects.active(on).filter(user__is_active=True)
    officers = seats.filter(role=Role.OFFICER)
    without = Agency.objects.complainable(on=on).exclude(Exists(officers.filter(agency=OuterRef("pk"))))
    staff = User.objects.filter(Exists(seats.filter(user=OuterRef("pk"), role__in=DESK)))
    silent = User.objects.filter(Exists(officers.filter(user=OuterRef("pk")))).annotate(
        seen_at=Coalesce(F("last_login"), F("created_at"))
    )
    return DirectoryHealth(
        tuple(without.order_by("-is_core", "name_ar", "pk").values_list("pk", flat=True)),
        _without_proof(list(staff.order_by("login"))),
        tuple(silent.filter(seen_at__lt=at - SILENT_AFTER).order_by("seen_at", "login").values_list("pk", flat=True)),
    )


def _without_proof(staff: Sequence[User]) -> tuple[UUID, ...]:
    """Return who of ``staff`` has no phone at which an SMS has arrived, or one at which none arrives any more."""
    keys = {staff_key(user.pk): user for user in staff}
    arrived = Message.objects.filter(recipient__in=keys, channel=Channel.SMS, state=MessageState.DELIVERED)
    proven = {keys[key].pk for key in arrived.order_by().values_list("recipient", flat=True).distinct()}
    phones = [(Channel.SMS, user.phone) for user in staff]
    dead = {address for _channel, address in addresses.verdicts(phones)}
    return tuple(user.pk for user in staff if user.pk not in proven or user.phone in dead)


# ---- Messages in trouble: how many wait for another try, are not certain or did not arrive, and what happens
# next.


#: What did not arrive is counted for this span; what is open is counted whatever its age.
LATELY: Final = timedelta(days=7)


@dataclass(frozen=True)
class Trouble:
    """One kind of trouble: what it is called, what happens next, and where it is dealt with.

    ``page`` is a URL name, ``query`` what follows it.
    """

    title: StrPromise
    next_step: StrPromise
    page: str
    query: str = ""


TROUBLES: Final = {
    "tried": Trouble(
        _("Not sent at the first try"), _("they are tried again automatically"), "messages", "?group=waiting"
    ),
    "unknown": Trouble(
        pgettext_lazy("messages", "Not certain"),
        _("the carrier is asked, and after that a person decides"),
        "messages",
        "?group=unknown",
    ),
    "failed": Trouble(
        _("Not delivered in 7 days"),
        _("the other channel was used where there is one"),
        "messages",
        "?group=failed",
    ),
    "calls": Trouble(_("Calls to make"), _("the contact centre calls"), "calls"),
}


@dataclass(frozen=True)
class TroubleCount:
    """How many messages are in one kind of trouble, and the next moment at which something happens by itself."""

    name: str
    number: int
    next_at: datetime | None


def message_troubles(*, at: datetime) -> list[TroubleCount]:
    """Return the kinds of trouble there are; two statements."""
    failed = (MessageState.UNDELIVERABLE, MessageState.EXPIRED)
    tried = Q(state=MessageState.PENDING, tries__gt=0)
    messages: dict[str, Any] = (
        Message.objects.without_decoys()
        .filter(
            tried | Q(state=MessageState.UNKNOWN) | Q(state__in=failed, created_at__gt=at - LATELY, created_at__lte=at)
        )
        .aggregate(
            tried=Count("pk", filter=tried),
            unknown=Count("pk", filter=Q(state=MessageState.UNKNOWN)),
            failed=Count("pk", filter=Q(state__in=failed)),
            tried_at=Min("next_try_at", filter=tried),
            unknown_at=Min("next_check_at", filter=Q(state=MessageState.UNKNOWN)),
        )
    )
    found = {**messages, "calls": CallTask.objects.filter(done_at__isnull=True).count()}
    return [TroubleCount(name, found[name], found.get(f"{name}_at")) for name in TROUBLES if found[name]]


TASK: Final = "reports.make_dashboard_lists"


def _rises(at: datetime) -> object:
    found = rises(daily_counts(at=at), today=timezone.localdate(at, AMMAN))
    return [asdict(rise) | {"cell": rise.cell._asdict(), "facts": asdict(rise_facts(rise, at=at))} for rise in found]


def _quiet(at: datetime) -> object:
    return [asdict(agency) for agency in quiet_agencies(at=at)]


def _at_risk(at: datetime) -> object:
    return [asdict(agency) for agency in agencies_at_risk(at=at)]


def _missed_deadlines(at: datetime) -> object:
    return {"clocks": [asdict(each) for each in missed_clocks(at=at)], "levels": escalations(at=at)}


def _directory(at: datetime) -> object:
    return asdict(directory_health(at=at))


def _messages(at: datetime) -> object:
    return [asdict(each) for each in message_troubles(at=at)]


MAKERS: Final[Mapping[KeptListName, Callable[[datetime], object]]] = {
    KeptListName.RISES: _rises,
    KeptListName.QUIET: _quiet,
    KeptListName.AT_RISK: _at_risk,
    KeptListName.MISSED: _missed_deadlines,
    KeptListName.DIRECTORY: _directory,
    KeptListName.MESSAGES: _messages,
}


def make_all(*, at: datetime) -> int:
    """Make every list anew, each in a transaction of its own; return how many were made.

    Safe to run twice and at the same time: the newest moment stays. A list that fails keeps what it held, with its
    moment, and is tried again after a while.
    """
    run, made = RowRun(TASK, "list", at=at), 0
    for name in MAKERS:
        if str(name) not in run.waiting:
            # Figures that are being counted are no failure: the next run has them.
            with run.row(name), suppress(FiguresBeingCounted):
                made += make(name, at=at)
    return made


def make(name: KeptListName, *, at: datetime) -> bool:
    """Make one list anew; False if a newer one is there already. Locks its row for the moment of writing."""
    content = MAKERS[name](at)
    with transaction.atomic():
        held, is_new = KeptList.objects.select_for_update().get_or_create(
            name=name, defaults={"made_at": at, "content": content}
        )
        if is_new or held.made_at >= at:
            return is_new
        held.made_at, held.content = at, content
        held.save(update_fields=["made_at", "content"])
    return True


def made_at() -> dict[KeptListName, datetime]:
    """Return when each list was made that ever was; one statement."""
    return {KeptListName(name): at for name, at in KeptList.objects.order_by("name").values_list("name", "made_at")}


def kept(names: Collection[KeptListName]) -> dict[KeptListName, KeptList]:
    """Return the newest of the named lists that were ever made, by name; one statement."""
    return {KeptListName(held.name): held for held in KeptList.objects.filter(name__in=names)}
