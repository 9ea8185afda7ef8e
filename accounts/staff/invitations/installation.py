"""The first operators of an installation, whom nobody could propose or consent to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import FIRST_OPERATORS, Membership, Outcome, StaffChange, StaffChangeKind, User
from accounts.roles import Role
from accounts.staff.invitations.invitations import NewPerson, create_account, issue
from accounts.staff.memberships.locks import lock_managers
from agencies.models import Agency


class OperatorsExist(Exception):
    """There is, or was, an operator: every other one is proposed and consented to on the pages."""


@transaction.atomic
def install_operators(people: Sequence[NewPerson], *, at: datetime) -> list[User]:
    """Make the first operators and owe their invitations; works once.

    Concurrent runs wait for each other, and the second raises ``OperatorsExist``; a trigger and a unique number refuse
    what bypasses this function. Raises ``AddressTaken``.
    """
    lock_managers()
    if Membership.objects.filter(role=Role.OPERATOR).exists():
        raise OperatorsExist
    unit = Agency.objects.filter(code="cmu").first()
    return [_install(person, place, unit, at=at) for place, person in zip(FIRST_OPERATORS, people, strict=False)]


def _install(person: NewPerson, place: int, unit: Agency | None, *, at: datetime) -> User:
    user, today = create_account(person), timezone.localdate(at)
    change = StaffChange.objects.create(
        kind=StaffChangeKind.ROLE_GIVEN,
        subject=user,
        role=Role.OPERATOR,
        agency=unit,
        starts_on=today,
        proposed_at=at,
        outcome=Outcome.DONE,
        decided_at=at,
        installed_as=place,
    )
    Membership.objects.create(user=user, agency=unit, role=Role.OPERATOR, starts_on=today, change=change)
    issue(user, by=None, at=at)
    return user
