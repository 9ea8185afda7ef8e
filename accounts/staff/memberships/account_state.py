"""Closing the account of somebody who leaves, reopening it, and helping whoever lost the second factor."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership, Outcome, StaffChange, StaffChangeKind, User
from accounts.roles import PROTECTED
from accounts.sign_in.factors import enrolment
from accounts.staff.memberships import notices, rules
from accounts.staff.memberships.changes import (
    AlreadyDecided,
    AlreadyProposed,
    ChangeNotAllowed,
    NobodyLeft,
    new_change,
    record,
)
from accounts.staff.memberships.locks import lock_managers, lock_person


@transaction.atomic
def close(subject: User, *, by: User, at: datetime) -> StaffChange:
    """Close an account: its person may no longer sign in, and keeps their place in the history. Takes one person.

    Raises ``ChangeNotAllowed``, ``AlreadyDecided`` if it is closed or was never entered, and ``NobodyLeft``.
    """
    if not rules.may_change(subject, by=by, at=at):
        raise ChangeNotAllowed
    lock_managers()
    locked = lock_person(subject.pk)
    if not locked.is_active:
        raise AlreadyDecided
    today = timezone.localdate(at)
    is_manager = rules.may_manage(locked, at=at)
    if is_manager and rules.managers_left(today, without_user=locked.pk) < rules.FEWEST_MANAGERS:
        raise NobodyLeft
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    change = record(StaffChangeKind.CLOSED, locked, by=by, at=at)
    notices.owe(change, at=at)
    return change


@transaction.atomic
def reopen(subject: User, *, by: User, at: datetime) -> StaffChange:
    """Reopen an account; where a role comes back that needs a second person, this waits for one.

    Raises ``ChangeNotAllowed``, ``AlreadyDecided`` if it is open or was never entered, and ``AlreadyProposed``.
    """
    if not rules.may_change(subject, by=by, at=at):
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
        notices.owe(change, at=at)
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
    if not rules.may_change(subject, by=by, at=at):
        raise ChangeNotAllowed
    if not lock_person(subject.pk).factors.exists():
        raise AlreadyDecided
    enrolment.forget_all(subject, at=at)
    return record(StaffChangeKind.FACTORS_REMOVED, subject, by=by, at=at)


def _has_protected_role(user: User, *, at: datetime) -> bool:
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate(at))
    return Membership.objects.filter(lasting, user=user, role__in=PROTECTED).exists()
