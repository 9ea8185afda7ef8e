"""Who may give, consent to and end which role."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final
from uuid import UUID

from accounts.models import Membership, StaffChange, User
from accounts.roles import CMU, PROTECTED, STAFF_MANAGERS, Role

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
