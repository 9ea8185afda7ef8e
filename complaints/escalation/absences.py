"""The officers of a desk: absences with a deputy, inactive officers, and reassigning all cases of one officer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import Absence, Membership, User, acting_as, cmu_staff
from accounts.roles import DESK, Role
from accounts.staff.absences import planned_absences
from agencies.models import Agency, current_calendar
from complaints.actions import links
from complaints.clocks import clockwork
from complaints.engine.transition import NotEntitled, act
from complaints.models import Case, CaseEvent
from complaints.permissions import policy
from complaints.workflow import WITH_AGENCY, Action
from notifications import outbox
from notifications.outbox import Notice
from notifications.periodic import RowRun

TASK = "complaints.unassign_inactive"
#: An officer who got a case by one of these does not count as inactive for the time before it.
GIVEN_BY = (Action.ASSIGN, Action.ACCEPT, Action.UNDO)
#: Maximum number of officers in one run; the next run goes on.
BATCH = 50


# ---- the people of a desk ----


@dataclass(frozen=True)
class OfficerSeat:
    """One person at a desk on a day: their roles, the number of their open cases, and when they were last seen.

    ``absences`` are those of today and of the days to come. Whoever has ``left`` is no member any more, but still has
    cases.
    """

    user: User
    cases: int
    roles: tuple[str, ...] = ()
    absences: Sequence[Absence] = field(default=())
    is_silent: bool = False

    @property
    def has_left(self) -> bool:
        """Tell whether the person has no role at this desk any more."""
        return not self.roles

    def is_away(self, on: date) -> bool:
        """Tell whether the person is absent on a day."""
        return any(absence.starts_on <= on <= absence.ends_on for absence in self.absences)


def officer_seats(agency: Agency, *, at: datetime) -> list[OfficerSeat]:
    """Return all members of the desk of ``agency``, and former ones who still have open cases; four statements."""
    on = timezone.localdate(at)
    members = Membership.objects.active(on).filter(agency=agency, role__in=DESK, user__is_active=True)
    roles: dict[Any, list[str]] = defaultdict(list)
    people: dict[Any, User] = {}
    for member in members.select_related("user").order_by("role", "user__login"):
        people[member.user_id] = member.user
        roles[member.user_id].append(str(Role(member.role).label))
    cases = _open_cases(agency)
    for user in User.objects.filter(pk__in=cases.keys() - people.keys()).order_by("login"):
        people[user.pk] = user
    absences: dict[Any, list[Absence]] = defaultdict(list)
    for absence in planned_absences(people, since=on):
        absences[absence.user_id].append(absence)
    silent_since = inactive_since(at)
    return [
        OfficerSeat(
            user=user,
            cases=cases[key],
            roles=tuple(roles[key]),
            absences=tuple(absences[key]),
            is_silent=bool(cases[key]) and (user.last_login or user.created_at) < silent_since,
        )
        for key, user in people.items()
    ]


def _open_cases(agency: Agency) -> Counter[Any]:
    cases = Case.objects.filter(agency=agency).in_hand().order_by()
    return Counter(dict(cases.values_list("officer").annotate(number=Count("pk"))))


def unassigned(agency: Agency) -> int:
    """Return how many open cases of ``agency`` have no officer."""
    return Case.objects.filter(agency=agency, state__in=WITH_AGENCY, officer__isnull=True).count()


# ---- handing over ----


class NotAtTheDesk(NotEntitled):
    """The person who should get the cases does not act at the desk today."""


@dataclass(frozen=True)
class HandedOver:
    """How many cases changed hands, and how many stayed because they are the taker's own or about the taker."""

    moved: int
    kept: int


def reassign(agency: Agency, giver: User, taker: User, *, by: User, at: datetime) -> HandedOver:
    """Give all open cases ``giver`` has at ``agency`` to ``taker``, who is told once; all of them or none.

    Raises ``NotEntitled`` unless ``by`` supervises the agency, and ``NotAtTheDesk`` unless ``taker`` acts there. A case
    of the taker's own, or about the taker, stays where it is.
    """
    if not policy.may_reassign(agency, by, at=at):
        raise NotEntitled
    if not acting_as(DESK, timezone.localdate(at), agency=agency).filter(pk=taker.pk).exists():
        raise NotAtTheDesk
    with transaction.atomic():
        cases = _locked(agency, giver)
        # Nobody hands on a case of their own, or about themselves, either; nor learns of the latter by a count.
        known = [case for case in cases if not case.is_recused(by)]
        moving = [case for case in known if not any(policy.must_not_handle(case, who, at=at) for who in (taker, by))]
        for case in moving:
            _assign(case, taker, by=by, at=at)
        if moving:
            letter = list(_letter("officer_took_over", taker, agency, len(moving)))
            first = moving[0]
            outbox.owe(letter, occasion=f"reassigned:{first.pk}:{first.version}", at=at)
    return HandedOver(len(moving), len(known) - len(moving))


def _locked(agency: Agency, officer: User) -> list[Case]:
    held = Case.objects.select_for_update(of=("self",)).filter(agency=agency, officer=officer, state__in=WITH_AGENCY)
    rows = dict(held.order_by("pk").values_list("pk", "citizen"))
    links.lock_people(rows.values())
    # Whom each is about is read only now that nobody can change it.
    return list(Case.objects.filter(pk__in=rows).with_recused().defer("folded", "search_vector").order_by("pk"))


def _assign(case: Case, officer: User | None, *, by: User | None, at: datetime) -> None:
    with act(case, Action.ASSIGN, by=by, at=at) as change:
        change.facts = {
            "officer": str(officer.pk) if officer else None,
            "before": str(case.officer_id) if case.officer_id else None,
        }
        change.set(officer=officer)


# ---- inactivity ----


def inactive_since(at: datetime) -> datetime:
    """Return the moment ``SILENCE_HOURS`` of working time before ``at``: who was last seen before it is inactive."""
    calendar, minutes = current_calendar(), clockwork.inactivity_minutes()
    day = timezone.localdate(at)
    # Back day by day until there is enough time in between, then forward to the minute.
    while (spent := calendar.working_minutes(calendar.opening(day), at)) < minutes:
        day = calendar.working_day_before(day)
    return calendar.add_minutes(calendar.opening(day), spent - minutes)


def unassign_inactive(*, at: datetime) -> int:
    """Take the open cases from officers who have not signed in for too long, and alert their supervisors once.

    The cases are without an officer then. An absence with a deputy is not inactivity: the deputy acts.
    Returns how many cases were taken; safe to run twice and at the same time.
    """
    since, desks, count = inactive_since(at), RowRun(TASK, "desk", at=at), 0
    cases = RowRun(TASK, "case", at=at)
    silent = cases.without_waiting(_silent(since, at))
    pairs = silent.values_list("officer", "agency").distinct().order_by("officer", "agency")
    for officer, agency in list(pairs[: BATCH + len(desks.waiting)]):
        if f"{officer}:{agency}" not in desks.waiting:
            with desks.row(f"{officer}:{agency}"):
                count += _take_from(silent.filter(officer=officer, agency=agency), officer, cases)
    return count


def _silent(since: datetime, at: datetime) -> QuerySet[Case]:
    on, first = timezone.localdate(at), timezone.localdate(since)
    away = Absence.objects.filter(deputy__isnull=False, starts_on__lte=on, ends_on__gte=first)
    given = CaseEvent.objects.filter(case=OuterRef("pk"), action__in=GIVEN_BY, at__gte=since)
    held = Case.objects.filter(~Exists(given), state__in=WITH_AGENCY, officer__isnull=False, agency__isnull=False)
    seen = Coalesce(F("officer__last_login"), F("officer__created_at"))
    return held.alias(seen=seen).filter(Q(seen__lt=since), ~Q(officer__in=away.values("user")))


def _take_from(silent: QuerySet[Case], officer: Any, run: RowRun) -> int:
    """Take the ``silent`` cases of an officer at one desk, in the caller's transaction; return how many."""
    cases = list(
        silent.select_for_update(of=("self",), skip_locked=True)
        .select_related("agency")
        .defer("folded", "search_vector")
        .order_by("pk")
    )
    links.lock_people(case.citizen_id for case in cases)
    taken = []
    for case in cases:
        with run.row(case.pk):
            _assign(case, None, by=None, at=run.at)
            taken.append(case)
    if taken:
        _alert(taken, officer, at=run.at)
    return len(taken)


def _alert(cases: Sequence[Case], officer: Any, *, at: datetime) -> None:
    """Alert the supervisors once for each inactive officer, or the unit where there are none."""
    agency, on = cases[0].agency, timezone.localdate(at)
    if agency is None:
        return
    people = list(acting_as({Role.SUPERVISOR}, on, agency=agency).exclude(pk=officer)) or list(cmu_staff(on))
    notices = [notice for user in people for notice in _letter("officer_silent", user, agency, len(cases))]
    seen = User.objects.filter(pk=officer).values_list("last_login", flat=True).get()
    episode = timezone.localdate(seen).isoformat() if seen else "never"
    outbox.owe(notices, occasion=f"silence:{officer}:{agency.pk}:{episode}", at=at)


def _letter(template: str, user: User, agency: Agency, count: int) -> Iterator[Notice]:
    return to_staff(template, user, lambda: {"agency": agency.short_name, "count": str(count)}, by=BY_EMAIL)
