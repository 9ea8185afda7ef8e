"""The way to change roles: propose, consent, refuse, end. Roles of the unit take two people, all others one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership, Outcome, StaffChange, StaffChangeKind, User
from accounts.roles import PROTECTED, STAFF_MANAGERS, Role
from accounts.staff.memberships import notices, rules
from accounts.staff.memberships.locks import lock_managers, lock_person
from agencies.models import Agency, Directorate


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
    if not rules.may_change(subject, by=by, at=at, roles=[terms.role]):
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
    if not rules.may_consent(change, by, at=at):
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
        notices.owe(change, at=at)
    return change


@transaction.atomic
def refuse(key: int, *, by: User, at: datetime) -> StaffChange:
    """Refuse a change, or take back one's own proposal. Raises ``ChangeNotAllowed``, ``AlreadyDecided``."""
    change = _lock_pending(key)
    if not rules.may_refuse(change, by, at=at):
        raise ChangeNotAllowed
    _decide(change, Outcome.REFUSED, by=by, at=at)
    change.save(update_fields=["outcome", "decided_by", "decided_at"])
    return change


@transaction.atomic
def end(membership: Membership, *, last_day: date, by: User, at: datetime) -> StaffChange:
    """End a role after ``last_day`` and tell the person; one that would not have begun is removed.

    Takes one person. Raises ``ChangeNotAllowed``, ``AlreadyDecided`` if it has ended, and ``NobodyLeft``.
    """
    if not rules.may_change(membership.user, by=by, at=at, roles=[Role(membership.role)]):
        raise ChangeNotAllowed
    if membership.role in STAFF_MANAGERS:
        lock_managers()
    lock_person(membership.user_id)
    found = Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day), pk=membership.pk).first()
    if found is None:
        raise AlreadyDecided
    day_after = max(last_day, timezone.localdate(at)) + timedelta(days=1)
    if found.role in STAFF_MANAGERS and rules.managers_left(day_after, without=found) < rules.FEWEST_MANAGERS:
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
    notices.owe(change, at=at)
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
    return not is_over and change.proposed_by is not None and rules.may_manage(change.proposed_by, at=at)


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
    notices.owe(change, at=at)
