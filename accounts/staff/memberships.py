"""Giving and ending roles, closing and reopening accounts: who may, and the one way to do it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import Membership, Outcome, StaffChange, StaffChangeKind, User
from accounts.roles import CMU, PROTECTED, STAFF_MANAGERS, Role
from accounts.sign_in import factor_pages
from agencies.models import Agency, Directorate
from kit.dates import day_digits
from kit.unit import unit_name
from notifications import outbox

# ---- The locks under which people are changed: one person, or all who manage people. ----


#: Key of the advisory lock under which it is decided whether enough managers are left.
_MANAGERS: Final = 7_120_103


def lock_person(key: UUID) -> User:
    """Lock a member of staff until the transaction ends, and return the row as it is now."""
    return User.objects.select_for_update().get(pk=key, is_staff=True)


def lock_managers() -> None:
    """Let one transaction at a time take roles from those who manage people; take it before ``lock_person``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MANAGERS])


# ---- The e-mails that tell people of every change of their roles and their account. ----


#: Which e-mail tells of which change; that of an invitation is sent with its link.
TEMPLATES: Final[Mapping[str, str]] = {
    StaffChangeKind.ROLE_GIVEN: "staff_role_given",
    StaffChangeKind.ROLE_ENDED: "staff_role_ended",
    StaffChangeKind.CLOSED: "staff_account_closed",
    StaffChangeKind.REOPENED: "staff_account_reopened",
}


def owe(change: StaffChange, *, at: datetime) -> None:
    """Owe the e-mail about a change that took effect, in the caller's transaction."""
    notices = list(
        to_staff(TEMPLATES[change.kind], change.subject, lambda: _context(change), by=BY_EMAIL, daytime=False)
    )
    outbox.owe(notices, occasion=f"staff-change:{change.pk}", at=at)


def _context(change: StaffChange) -> dict[str, str]:
    if not change.role:
        return {}
    # A role that waited for a second person begins later than proposed.
    day = change.ends_on if change.kind == StaffChangeKind.ROLE_ENDED else change.membership.starts_on
    return {
        "role": change.get_role_display(),
        "agency": change.agency.short_name if change.agency else unit_name(),
        "date": day_digits(day) if day else "",
    }


# ---- Who may give, consent to and end which role. ----


#: One proposes and another consents, neither of them for themselves.
FEWEST_MANAGERS: Final = 2


def may_manage(user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` manages people at all."""
    return user.authority(at).has(STAFF_MANAGERS)


def roles_to_give(user: User, *, at: datetime) -> list[Role]:
    """Return the roles ``user`` may propose: the unit all, operators those that need a second person."""
    authority = user.authority(at)
    if authority.has(CMU):
        return list(Role)
    return [role for role in Role if role in PROTECTED] if authority.has(STAFF_MANAGERS) else []


def may_change(subject: User, *, by: User, at: datetime, roles: Collection[Role] = ()) -> bool:
    """Tell whether ``by`` may change the account and the ``roles`` of ``subject``; nobody may their own."""
    return subject.pk != by.pk and may_manage(by, at=at) and set(roles) <= set(roles_to_give(by, at=at))


def may_consent(change: StaffChange, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may be the second person of a change."""
    return user.pk not in {change.subject_id, change.proposed_by_id} and may_manage(user, at=at)


def may_refuse(change: StaffChange, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may refuse a change; who proposed it may take it back."""
    return user.pk != change.subject_id and may_manage(user, at=at)


def managers_left(on: date, *, without: Membership | None = None, without_user: UUID | None = None) -> int:
    """Return how many people can propose and consent on a day once a membership or an account is gone."""
    held = Membership.objects.active(on).filter(role__in=STAFF_MANAGERS, user__is_active=True)
    if without is not None:
        held = held.exclude(pk=without.pk)
    if without_user is not None:
        held = held.exclude(user=without_user)
    return held.values("user").distinct().count()


# ---- The way to change roles: propose, consent, refuse, end. Roles of the unit take two people, all others
# one.


class ChangeNotAllowed(Exception):
    """The person who acts may not make this change."""


class AlreadyHeld(ValueError):
    """The person has this role in this agency on some of these days."""


class AlreadyProposed(ValueError):
    """The same change waits for a second person."""


class AlreadyDecided(ValueError):
    """Somebody else consented or refused meanwhile."""


class ChangeOutdated(ValueError):
    """The days of the change are over, or who proposed it no longer manages people."""


class NobodyLeft(ValueError):
    """Fewer than two people could propose and consent afterwards."""


@dataclass(frozen=True)
class RoleTerms:
    """A role in an agency, both days included; without ``ends_on`` until it is ended."""

    role: Role
    agency: Agency | None
    starts_on: date
    ends_on: date | None = None
    directorate: Directorate | None = None


@transaction.atomic
def propose(subject: User, terms: RoleTerms, *, by: User, at: datetime) -> StaffChange:
    """Propose a role; one that needs no second person is given at once. The person is told when it is given.

    Locks the person. Raises ``ChangeNotAllowed``, also for a role of one's own, ``AlreadyHeld``, ``AlreadyProposed``.
    """
    if not may_change(subject, by=by, at=at, roles=[terms.role]):
        raise ChangeNotAllowed
    lock_person(subject.pk)
    _require_free(subject, terms)
    same = StaffChange.objects.pending().filter(subject=subject, role=terms.role, agency=terms.agency)
    if same.exists():
        raise AlreadyProposed
    change = new_change(StaffChangeKind.ROLE_GIVEN, subject, by=by, at=at, terms=terms)
    change.needs_consent = terms.role in PROTECTED
    if not change.needs_consent:
        _decide(change, Outcome.DONE, by=by, at=at)
    change.save(force_insert=True)
    if change.outcome == Outcome.DONE:
        _give(change, at=at)
    return change


@transaction.atomic
def consent(key: int, *, by: User, at: datetime) -> StaffChange:
    """Consent to a change as the second person, and carry it out.

    Locks the change and its person. Raises ``ChangeNotAllowed`` for who proposed it and whom it is about,
    ``AlreadyDecided``, ``ChangeOutdated``, ``AlreadyHeld``.
    """
    change = _lock_pending(key)
    if not may_consent(change, by, at=at):
        raise ChangeNotAllowed
    lock_person(change.subject_id)
    if not _is_current(change, at=at):
        raise ChangeOutdated
    if change.kind == StaffChangeKind.ROLE_GIVEN:
        _require_free(change.subject, _terms(change, at=at))
    _decide(change, Outcome.DONE, by=by, at=at)
    change.save(update_fields=["outcome", "decided_by", "decided_at"])
    if change.kind == StaffChangeKind.ROLE_GIVEN:
        _give(change, at=at)
    else:
        User.objects.filter(pk=change.subject_id).update(is_active=True)
        owe(change, at=at)
    return change


@transaction.atomic
def refuse(key: int, *, by: User, at: datetime) -> StaffChange:
    """Refuse a change, or take back one's own proposal. Raises ``ChangeNotAllowed``, ``AlreadyDecided``."""
    change = _lock_pending(key)
    if not may_refuse(change, by, at=at):
        raise ChangeNotAllowed
    _decide(change, Outcome.REFUSED, by=by, at=at)
    change.save(update_fields=["outcome", "decided_by", "decided_at"])
    return change


@transaction.atomic
def end(membership: Membership, *, last_day: date, by: User, at: datetime) -> StaffChange:
    """End a role after ``last_day`` and tell the person; one that would not have begun is removed.

    Takes one person. Raises ``ChangeNotAllowed``, ``AlreadyDecided`` if it has ended, and ``NobodyLeft``.
    """
    if not may_change(membership.user, by=by, at=at, roles=[Role(membership.role)]):
        raise ChangeNotAllowed
    if membership.role in STAFF_MANAGERS:
        lock_managers()
    lock_person(membership.user_id)
    found = Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day), pk=membership.pk).first()
    if found is None:
        raise AlreadyDecided
    day_after = max(last_day, timezone.localdate(at)) + timedelta(days=1)
    if found.role in STAFF_MANAGERS and managers_left(day_after, without=found) < FEWEST_MANAGERS:
        raise NobodyLeft
    return end_for(found, last_day=last_day, by=by, at=at)


def end_for(membership: Membership, *, last_day: date, by: User, at: datetime) -> StaffChange:
    """End a role, record who did, and tell the person, in the caller's transaction, which has checked that it may."""
    terms = RoleTerms(Role(membership.role), membership.agency, membership.starts_on, last_day, membership.directorate)
    change = new_change(StaffChangeKind.ROLE_ENDED, membership.user, by=by, at=at, terms=terms)
    _decide(change, Outcome.DONE, by=by, at=at)
    change.save(force_insert=True)
    if membership.starts_on > last_day:
        membership.delete()
    else:
        membership.ends_on = last_day
        membership.save(update_fields=["ends_on"])
    owe(change, at=at)
    return change


def give_for(subject: User, terms: RoleTerms, *, by: User, at: datetime) -> StaffChange:
    """Give a role that needs no second person, in the caller's transaction, which has checked that it may."""
    change = new_change(StaffChangeKind.ROLE_GIVEN, subject, by=by, at=at, terms=terms)
    _decide(change, Outcome.DONE, by=by, at=at)
    change.save(force_insert=True)
    _give(change, at=at)
    return change


def new_change(
    kind: StaffChangeKind, subject: User, *, by: User, at: datetime, terms: RoleTerms | None = None
) -> StaffChange:
    """Return an unsaved change that waits for its decision."""
    change = StaffChange(kind=kind, subject=subject, proposed_by=by, proposed_at=at)
    if terms is not None:
        change.role, change.agency, change.directorate = terms.role, terms.agency, terms.directorate
        change.starts_on, change.ends_on = terms.starts_on, terms.ends_on
    return change


def record(kind: StaffChangeKind, subject: User, *, by: User, at: datetime) -> StaffChange:
    """Record a change of an account that one person makes, in the caller's transaction."""
    change = new_change(kind, subject, by=by, at=at)
    _decide(change, Outcome.DONE, by=by, at=at)
    change.save(force_insert=True)
    return change


def _decide(change: StaffChange, outcome: Outcome, *, by: User, at: datetime) -> None:
    change.outcome, change.decided_by, change.decided_at = outcome, by, at


def _lock_pending(key: int) -> StaffChange:
    locked = StaffChange.objects.select_for_update(of=("self",)).select_related("subject", "proposed_by", "agency")
    change = locked.get(pk=key)
    if change.outcome != Outcome.PENDING:
        raise AlreadyDecided
    return change


def _is_current(change: StaffChange, *, at: datetime) -> bool:
    is_over = change.ends_on is not None and change.ends_on < timezone.localdate(at)
    return not is_over and change.proposed_by is not None and may_manage(change.proposed_by, at=at)


def _terms(change: StaffChange, *, at: datetime) -> RoleTerms:
    """Return what is given today: nobody had a role on the days before the consent."""
    first = change.starts_on or timezone.localdate(at)
    starts_on = max(first, timezone.localdate(at)) if change.needs_consent else first
    return RoleTerms(Role(change.role), change.agency, starts_on, change.ends_on, change.directorate)


def _require_free(subject: User, terms: RoleTerms) -> None:
    held = Membership.objects.filter(user=subject, agency=terms.agency, role=terms.role)
    meeting = held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=terms.starts_on))
    if terms.ends_on is not None:
        meeting = meeting.filter(starts_on__lte=terms.ends_on)
    if meeting.exists():
        raise AlreadyHeld


def _give(change: StaffChange, *, at: datetime) -> None:
    terms = _terms(change, at=at)
    Membership.objects.create(
        user=change.subject,
        agency=terms.agency,
        role=terms.role,
        directorate=terms.directorate,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        change=change,
    )
    owe(change, at=at)


# ---- Closing the account of somebody who leaves, reopening it, and helping whoever lost the second factor. ----


@transaction.atomic
def close(subject: User, *, by: User, at: datetime) -> StaffChange:
    """Close an account: its person may no longer sign in, and keeps their place in the history. Takes one person.

    Raises ``ChangeNotAllowed``, ``AlreadyDecided`` if it is closed or was never entered, and ``NobodyLeft``.
    """
    if not may_change(subject, by=by, at=at):
        raise ChangeNotAllowed
    lock_managers()
    locked = lock_person(subject.pk)
    if not locked.is_active:
        raise AlreadyDecided
    today = timezone.localdate(at)
    is_manager = may_manage(locked, at=at)
    if is_manager and managers_left(today, without_user=locked.pk) < FEWEST_MANAGERS:
        raise NobodyLeft
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    change = record(StaffChangeKind.CLOSED, locked, by=by, at=at)
    owe(change, at=at)
    return change


@transaction.atomic
def reopen(subject: User, *, by: User, at: datetime) -> StaffChange:
    """Reopen an account; where a role comes back that needs a second person, this waits for one.

    Raises ``ChangeNotAllowed``, ``AlreadyDecided`` if it is open or was never entered, and ``AlreadyProposed``.
    """
    if not may_change(subject, by=by, at=at):
        raise ChangeNotAllowed
    locked = lock_person(subject.pk)
    if locked.is_active or not locked.has_usable_password():
        raise AlreadyDecided
    if StaffChange.objects.pending().filter(subject=locked, kind=StaffChangeKind.REOPENED).exists():
        raise AlreadyProposed
    if not _has_protected_role(locked, at=at):
        locked.is_active = True
        locked.save(update_fields=["is_active"])
        change = record(StaffChangeKind.REOPENED, locked, by=by, at=at)
        owe(change, at=at)
        return change
    change = new_change(StaffChangeKind.REOPENED, locked, by=by, at=at)
    change.needs_consent, change.outcome = True, Outcome.PENDING
    change.save(force_insert=True)
    return change


@transaction.atomic
def remove_factors(subject: User, *, by: User, at: datetime) -> StaffChange:
    """Remove the second factors of somebody who lost them; the next sign-in, by password, sets up a new one.

    Takes one person, who cannot sign in with it: nobody knows another's password. Raises ``ChangeNotAllowed``, and
    ``AlreadyDecided`` where there is no factor.
    """
    if not may_change(subject, by=by, at=at):
        raise ChangeNotAllowed
    if not lock_person(subject.pk).factors.exists():
        raise AlreadyDecided
    factor_pages.forget_all(subject, at=at)
    return record(StaffChangeKind.FACTORS_REMOVED, subject, by=by, at=at)


def _has_protected_role(user: User, *, at: datetime) -> bool:
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate(at))
    return Membership.objects.filter(lasting, user=user, role__in=PROTECTED).exists()


# ---- What becomes of the roles in an agency whose work another one takes over. ----


@transaction.atomic
def carry_over(predecessor: Agency, successor: Agency, *, on: date, by: User, at: datetime) -> int:
    """Let the members of ``predecessor`` be members of ``successor`` from a day on; return how many; idempotent.

    ``by`` planned the succession. Their own role stays with the agency that ends: nobody gives a role to themselves.
    A membership that began before ends the day before, so that what was done under it stays explained.
    """
    count = 0
    held = Membership.objects.filter(agency=predecessor).active_from(on).exclude(user=by)
    for old in held.select_related("user", "agency", "directorate").order_by("pk"):
        same = Membership.objects.filter(user=old.user_id, agency=successor, role=old.role)
        if not same.active_from(on).exists():
            terms = RoleTerms(Role(old.role), successor, max(on, old.starts_on), old.ends_on, old.directorate)
            give_for(old.user, terms, by=by, at=at)
            count += 1
        end_for(old, last_day=on - timedelta(days=1), by=by, at=at)
    return count
