"""What the pages of people show: a list with filters, and one person with roles, absences and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from accounts.models import Absence, Invitation, Membership, Outcome, StaffChange, StaffChangeKind, User
from accounts.roles import CMU, Role
from accounts.staff.invitations.invitations import open_invitations
from accounts.staff.memberships import rules

PAGE: Final = 50
#: How many changes the page of one person shows; the list of all changes has the others.
HISTORY: Final = 50


class AccountState(TextChoices):
    """Whether somebody can sign in, and why not."""

    ACTIVE = "active", pgettext_lazy("staff account", "Can sign in")
    INVITED = "invited", pgettext_lazy("staff account", "Invited")
    EXPIRED = "expired", pgettext_lazy("staff account", "Invitation expired")
    NOT_INVITED = "not_invited", pgettext_lazy("staff account", "Invitation withdrawn")
    CLOSED = "closed", pgettext_lazy("staff account", "Closed")


#: The colour of each state.
_KINDS: Final[Mapping[str, str]] = {"active": "ok", "invited": "wait", "expired": "warn", "not_invited": "warn"}


@dataclass(frozen=True)
class PersonRow:
    """One line of the list."""

    user: User
    roles: Sequence[Membership]
    state: AccountState

    @property
    def kind(self) -> str:
        """The colour of the state."""
        return _KINDS.get(self.state, "")


@dataclass(frozen=True)
class PeoplePage:
    """One page of people, and the person the next one starts after (empty on the last)."""

    rows: Sequence[PersonRow]
    next: str


@dataclass(frozen=True)
class PeopleQuery:
    """What is asked for; empty means everybody."""

    agency: int | None = None
    role: str = ""
    words: str = ""

    def filter(self, on: date) -> QuerySet[User]:
        """Return the staff with a role that is not over, in the order of their e-mail."""
        people = User.objects.filter(is_staff=True).order_by("login")
        if self.agency is not None or self.role:
            held = _lasting(on)
            held = held.filter(agency=self.agency) if self.agency is not None else held
            held = held.filter(role=self.role) if self.role else held
            people = people.filter(pk__in=held.values("user"))
        for word in self.words.split():
            people = people.filter(Q(name_ar__icontains=word) | Q(name_en__icontains=word) | Q(login__icontains=word))
        return people


def list_people(query: PeopleQuery, *, at: datetime, after: str = "") -> PeoplePage:
    """Return a page of people in three statements; ``after`` is the ``next`` of the page before."""
    on = timezone.localdate(at)
    people = query.filter(on)
    if key := _key(after):
        people = people.filter(login__gt=User.objects.filter(pk=key).values("login")[:1])
    roles = Prefetch("memberships", _lasting(on).select_related("agency").order_by("starts_on", "pk"), "current_roles")
    found = list(people.prefetch_related(roles)[: PAGE + 1])
    shown = found[:PAGE]
    invitations = open_invitations([user.pk for user in shown])
    rows = [PersonRow(user, user.current_roles, account_state(user, invitations.get(user.pk), at=at)) for user in shown]
    return PeoplePage(rows, str(shown[-1].pk) if len(found) > PAGE else "")


def account_state(user: User, invitation: Invitation | None, *, at: datetime) -> AccountState:
    """Return whether somebody can sign in; ``invitation`` is the open one."""
    if user.is_active:
        return AccountState.ACTIVE
    if user.has_usable_password():
        return AccountState.CLOSED
    if invitation is None:
        return AccountState.NOT_INVITED
    return AccountState.EXPIRED if invitation.is_expired(at) else AccountState.INVITED


@dataclass(frozen=True)
class RoleRow:
    """A role of a person; ``may_end`` tells whether the reader may end it."""

    membership: Membership
    is_over: bool
    is_future: bool
    may_end: bool


@dataclass(frozen=True)
class PendingRow:
    """A change that waits for a second person, and what the reader may do about it."""

    change: StaffChange
    may_consent: bool
    may_refuse: bool


@dataclass(frozen=True)
class PersonPage:
    """One person as the unit sees them."""

    user: User
    state: AccountState
    invitation: Invitation | None
    roles: Sequence[RoleRow]
    pending: Sequence[PendingRow]
    changes: Sequence[StaffChange]
    absences: Sequence[Absence]
    deputyships: Sequence[Absence]
    has_factors: bool
    may_change: bool
    may_propose: bool
    may_plan_absence: bool

    @property
    def is_entered(self) -> bool:
        """Tell whether the person has set a password, so that there is nothing to invite to."""
        return self.user.is_active or self.user.has_usable_password()

    @property
    def is_reopening(self) -> bool:
        """Tell whether reopening the account waits for a second person."""
        return any(row.change.kind == StaffChangeKind.REOPENED for row in self.pending)


def person_page(user: User, reader: User, *, at: datetime) -> PersonPage:
    """Return the page of one person, in six statements."""
    on = timezone.localdate(at)
    invitation = open_invitations([user.pk]).get(user.pk)
    changes = list(StaffChange.objects.filter(subject=user).for_listing()[:HISTORY])
    away = Absence.objects.filter(ends_on__gte=on).order_by("starts_on", "pk")
    return PersonPage(
        user=user,
        state=account_state(user, invitation, at=at),
        invitation=invitation,
        roles=_roles(user, reader, on=on, at=at),
        pending=[_pending(change, reader, at=at) for change in changes if change.outcome == Outcome.PENDING],
        changes=changes,
        absences=list(away.filter(user=user).select_related("deputy")),
        deputyships=list(away.filter(deputy=user).select_related("user")),
        has_factors=user.factors.exists(),
        may_change=rules.may_change(user, by=reader, at=at),
        may_propose=user.pk != reader.pk and bool(rules.roles_to_give(reader, at=at)),
        may_plan_absence=reader.authority(at).has(CMU),
    )


def pending_changes(reader: User, *, at: datetime) -> list[PendingRow]:
    """Return the changes that wait for a second person, with what the reader may do; one statement."""
    return [_pending(change, reader, at=at) for change in StaffChange.objects.pending().for_listing()]


def _pending(change: StaffChange, reader: User, *, at: datetime) -> PendingRow:
    may_consent = rules.may_consent(change, reader, at=at)
    return PendingRow(change, may_consent, rules.may_refuse(change, reader, at=at))


def _roles(user: User, reader: User, *, on: date, at: datetime) -> list[RoleRow]:
    held = user.memberships.select_related("agency", "directorate").order_by("-starts_on", "-pk")
    return [_role(membership, user, reader, on=on, at=at) for membership in held]


def _role(membership: Membership, user: User, reader: User, *, on: date, at: datetime) -> RoleRow:
    is_over = membership.ends_on is not None and membership.ends_on < on
    may_end = not is_over and rules.may_change(user, by=reader, at=at, roles=[Role(membership.role)])
    return RoleRow(membership, is_over, membership.starts_on > on, may_end)


def possible_deputies(user: User, *, on: date) -> QuerySet[User]:
    """Return the colleagues in the agencies of ``user`` who can sign in, by name."""
    agencies = _lasting(on).filter(user=user, agency__isnull=False).values("agency")
    colleagues = _lasting(on).filter(agency__in=agencies).values("user")
    return (
        User.objects.filter(pk__in=colleagues, is_active=True, is_staff=True)
        .exclude(pk=user.pk)
        .order_by("name_ar", "pk")
    )


def _lasting(on: date) -> QuerySet[Membership]:
    return Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
