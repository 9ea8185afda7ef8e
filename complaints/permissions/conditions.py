"""Who sees which cases, as conditions of statements in ``.sql`` files: what ``CaseQuerySet`` defines, compiled once.

A condition is compiled from a ``Reader``, which holds everything that the definition reads, and kept for the next
statement of the same person. Nothing is defined here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, cast
from uuid import UUID

from accounts.models import User
from accounts.roles import Authority, Role
from complaints.models import Case, CaseQuerySet
from kit.statements import Condition, condition

#: Readers whose conditions are kept: more than work at the same time.
MOST_READERS: Final = 2048
#: Nothing in the definition depends on the moment but the authority, which the reader has already.
_ANY_MOMENT: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Reader:
    """A member of staff with the authority of one day, as far as the definition of who sees what reads them.

    It stands for the user when the condition is compiled, so that nothing else can enter it.
    """

    pk: UUID
    person_id: UUID | None
    is_staff: bool
    roles: frozenset[tuple[Role, int | None]]
    lent: tuple[tuple[Role, int | None, UUID], ...]
    is_authenticated: bool = True

    @classmethod
    def of(cls, user: User, *, at: datetime) -> Reader:
        """Return ``user`` with their authority at ``at``."""
        authority = user.authority(at)
        return cls(user.pk, user.person_id, user.is_staff, authority.roles, authority.lent)

    def authority(self, _at: datetime) -> Authority:
        """Return the authority that the reader was made with."""
        return Authority(self.roles, self.lent)


def visible(user: User, *, at: datetime) -> Condition:
    """Return ``CaseQuerySet.visible_to`` of a member of staff as a condition on ``complaints_case``."""
    return _compiled(CaseQuerySet.visible_to, "visible", Reader.of(user, at=at))


def at_desk(user: User, *, at: datetime) -> Condition:
    """Return ``CaseQuerySet.at_desk_of`` as a condition on ``complaints_case``."""
    return _compiled(CaseQuerySet.at_desk_of, "desk", Reader.of(user, at=at))


def not_own(user: User, *, at: datetime) -> Condition:
    """Return ``CaseQuerySet.not_own_or_recused`` as a condition on ``complaints_case``."""
    return _compiled(_not_own, "not_own", Reader.of(user, at=at))


def _not_own(cases: CaseQuerySet, user: User, *, at: datetime) -> CaseQuerySet:  # noqa: ARG001 - called as the others
    return cases.not_own_or_recused(user)


@lru_cache(maxsize=MOST_READERS)
def _compiled(define: Callable[..., CaseQuerySet], prefix: str, reader: Reader) -> Condition:
    return condition(define(Case.objects.all(), cast("User", reader), at=_ANY_MOMENT), prefix)
