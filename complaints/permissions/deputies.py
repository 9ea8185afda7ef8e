"""Whom a deputy represents: an event names both people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accounts.models import User
from accounts.roles import CMU, CONTACT_CENTRE, DESK, LEADERSHIP, Role
from complaints.workflow import ACTIONS, Action, Actor

_AT_THE_AGENCY: dict[Actor, frozenset[Role]] = {
    Actor.OFFICER: frozenset({Role.OFFICER}),
    Actor.SUPERVISOR: frozenset({Role.SUPERVISOR}),
    Actor.DOER: DESK,
    Actor.LEADERSHIP: LEADERSHIP,
}
_ANYWHERE: dict[Actor, frozenset[Role]] = {
    Actor.CMU: CMU,
    Actor.UNINVOLVED_CMU: CMU,
    Actor.SIGNER: CMU,
    Actor.AGENT: CONTACT_CENTRE,
}


def represented_colleague(
    user: User, what: Action, *, agency: int | None, at: datetime, exclude: Collection[UUID] = ()
) -> UUID | None:
    """Return the absent colleague for whom ``user`` acts as deputy when doing ``what`` on a case of ``agency``.

    None where a role of ``user``'s own allows it. Nobody acts for the people in ``exclude``, who are recused. Makes no
    query once ``user``'s authority of the day is loaded.
    """
    who = ACTIONS[what].who
    authority = user.authority(at).without(exclude)
    lent = {(role, where): absent for role, where, absent in authority.lent}
    fitting = [pair for pair in authority.roles if _lets(pair, who, agency)]
    if not fitting and Actor.PARTNER in who:
        fitting = [(role, where) for role, where in authority.roles if role in DESK and where is not None]
    if any(pair not in lent for pair in fitting):
        return None
    # Of several absent colleagues the event names one, always the same.
    return min((lent[pair] for pair in fitting), default=None)


def _lets(pair: tuple[Role, int | None], who: frozenset[Actor], agency: int | None) -> bool:
    role, where = pair
    for actor in who:
        if role in _ANYWHERE.get(actor, ()):
            return True
        if where is not None and where == agency and role in _AT_THE_AGENCY.get(actor, ()):
            return True
    return False
