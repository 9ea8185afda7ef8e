"""Who may say which verb on which case: what a person is to a case, held against the table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accounts.roles import CMU, CONTACT_CENTRE, Role
from complaints.workflow import (
    CORRECTION_MINUTES,
    MAX_OBJECTIONS,
    OBJECTION_DAYS,
    TRANSITIONS,
    Act,
    Actor,
    Kind,
    Outcome,
    State,
    Verb,
)

if TYPE_CHECKING:
    from accounts.models import User
    from complaints.models import Case

#: Who may do what leaves the state as it is, and in which states.
ACTS: dict[Act, tuple[frozenset[State], frozenset[Actor]]] = {
    Act.AMEND: (frozenset({State.TRIAGE, State.REFERRED}), frozenset({Actor.CITIZEN})),
    Act.ADD: (frozenset(State) - {State.CLOSED}, frozenset({Actor.CITIZEN, Actor.AGENT})),
    Act.PROPOSE_EXTENSION: (frozenset({State.IN_PROGRESS}), frozenset({Actor.OFFICER, Actor.SUPERVISOR})),
    Act.PROPOSE_ANSWER: (
        frozenset({State.REFERRED, State.IN_PROGRESS}),
        frozenset({Actor.OFFICER, Actor.SUPERVISOR}),
    ),
}


def actors(case: Case, user: User | None, *, at: datetime) -> frozenset[Actor]:
    """Return what ``user`` is to ``case`` at ``at``; None is the clock. Nobody handles a case of their own."""
    if user is None:
        return frozenset({Actor.CLOCK})
    if case.citizen.user_id == user.pk:
        return frozenset({Actor.CITIZEN})
    if user.person_id is not None and user.person_id == case.citizen_id:
        return frozenset()
    return frozenset(_staff_actors(case, user, at))


def _staff_actors(case: Case, user: User, at: datetime) -> set[Actor]:
    authority = user.authority(at)
    found = set()
    if authority.has(CONTACT_CENTRE):
        found.add(Actor.AGENT)
    if authority.has(CMU):
        found.add(Actor.CMU)
    if case.agency_id in authority.agencies(frozenset({Role.OFFICER})):
        found.add(Actor.OFFICER)
    if case.agency_id in authority.agencies(frozenset({Role.SUPERVISOR})):
        found.add(Actor.SUPERVISOR)
    if case.closed_by_id == user.pk and found & {Actor.OFFICER, Actor.SUPERVISOR}:
        found.add(Actor.CLOSER)
    if Actor.CMU in found and case.state == State.OBJECTED and not case.events.filter(actor=user).exists():
        found.add(Actor.UNINVOLVED_CMU)
    return found


def may(case: Case, verb: Verb, user: User | None, *, at: datetime) -> bool:
    """Tell whether ``user`` may say ``verb`` on ``case`` as it stands at ``at``."""
    return fits(case, verb, at=at) and is_entitled(case, verb, user, at=at)


def may_act(case: Case, act: Act, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may do ``act`` on ``case`` as it stands at ``at``."""
    states, who = ACTS[act]
    return case.state in states and bool(who & actors(case, user, at=at))


def fits(case: Case, verb: Verb, *, at: datetime) -> bool:
    """Tell whether the case's own state, kind, dates and counts allow ``verb`` at ``at``, whoever says it."""
    if case.state not in TRANSITIONS[verb].sources:
        return False
    match verb:
        case Verb.CLOSE:
            return case.state == State.IN_PROGRESS or case.kind != Kind.COMPLAINT
        case Verb.CORRECT:
            return case.outcome != Outcome.WITHDRAWN and _closed_within(case, timedelta(minutes=CORRECTION_MINUTES), at)
        case Verb.OBJECT:
            return (
                case.outcome != Outcome.WITHDRAWN
                and case.objections_made < MAX_OBJECTIONS
                and _closed_within(case, timedelta(days=OBJECTION_DAYS), at)
            )
        case _:
            return True


def _closed_within(case: Case, span: timedelta, at: datetime) -> bool:
    return case.closed_at is not None and at <= case.closed_at + span


def is_entitled(case: Case, verb: Verb, user: User | None, *, at: datetime) -> bool:
    """Tell whether ``user`` is among those who may say ``verb``; asking belongs to whoever holds the case."""
    return _are_entitled(case, verb, actors(case, user, at=at))


def _are_entitled(case: Case, verb: Verb, what: frozenset[Actor]) -> bool:
    if verb == Verb.ASK:
        what -= {Actor.CMU} if case.state != State.TRIAGE else {Actor.OFFICER, Actor.SUPERVISOR}
    return bool(TRANSITIONS[verb].who & what)


def verbs_among(case: Case, what: frozenset[Actor], *, at: datetime) -> frozenset[Verb]:
    """Return the verbs open now to somebody who is ``what`` to the case."""
    return frozenset(
        verb
        for verb in TRANSITIONS
        if verb != Verb.FILE and fits(case, verb, at=at) and _are_entitled(case, verb, what)
    )
