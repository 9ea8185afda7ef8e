"""Who may say which verb on which case: what a person is to a case, held against the table."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Subquery

from accounts.models import User
from accounts.roles import CMU, CONTACT_CENTRE, DESK, Role
from complaints.models import Case, TaskState
from complaints.permissions import partner_tasks, rulings, second_person
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

_DESK = frozenset({Actor.OFFICER, Actor.SUPERVISOR})
_STAFF = _DESK | {Actor.CMU}
#: Who writes answers, and who signs what another wrote.
WRITERS, SIGNERS = _DESK, frozenset({Actor.SUPERVISOR, Actor.SIGNER})
#: The agency has the case in hand, and may ask others about it.
_AT_AGENCY = frozenset({State.REFERRED, State.IN_PROGRESS})
_WITH_AGENCY = _AT_AGENCY | {State.WAITING}
_EVER = frozenset(State)

#: Who may do what leaves the state as it is, and in which states.
ACTS: dict[Act, tuple[frozenset[State], frozenset[Actor]]] = {
    Act.AMEND: (frozenset({State.TRIAGE, State.REFERRED}), frozenset({Actor.CITIZEN})),
    Act.ADD: (_EVER - {State.CLOSED}, frozenset({Actor.CITIZEN, Actor.AGENT})),
    Act.PROPOSE_EXTENSION: (frozenset({State.IN_PROGRESS}), _DESK),
    Act.REFUSE_EXTENSION: (_WITH_AGENCY, frozenset({Actor.SUPERVISOR, Actor.CMU})),
    Act.PROPOSE_ANSWER: (_AT_AGENCY, _DESK),
    Act.SEND_BACK: (_AT_AGENCY, SIGNERS),
    Act.ASSIGN: (_WITH_AGENCY, _DESK | {Actor.CLOCK}),
    Act.NOTE: (_EVER, _STAFF | {Actor.PARTNER}),
    Act.CALL: (_EVER, _STAFF | {Actor.AGENT, Actor.PARTNER}),
    Act.LABEL: (_EVER, _STAFF),
    # The officer and the partner only themselves, as ``verbs.recusals`` sees to.
    Act.CONCERN: (_EVER, _STAFF | {Actor.PARTNER, Actor.CLOCK}),
    Act.CLEAR: (_EVER, frozenset({Actor.SUPERVISOR, Actor.CMU})),
    Act.LINK: (_EVER - {State.CLOSED}, _STAFF),
    Act.UNLINK: (_EVER - {State.CLOSED}, _STAFF),
    Act.CONSULT: (_AT_AGENCY, _DESK),
    Act.ESTIMATE: (_WITH_AGENCY, frozenset({Actor.DIRECTORATE})),
    Act.FIND: (_WITH_AGENCY, frozenset({Actor.DIRECTORATE})),
    Act.REVOKE: (_WITH_AGENCY, _DESK),
    Act.ADD_TASK: (_AT_AGENCY, _STAFF),
    Act.ANSWER_TASK: (_WITH_AGENCY, frozenset({Actor.PARTNER})),
    Act.DROP_TASK: (_WITH_AGENCY, _STAFF),
    Act.HAND_OVER: (_AT_AGENCY, _DESK),
    Act.TAKE_BACK: (_WITH_AGENCY, _DESK),
    Act.REMIND: (_EVER, frozenset({Actor.CLOCK}) | _STAFF),
    Act.ESCALATE: (_EVER, frozenset({Actor.CLOCK})),
    Act.RECOUNT: (_EVER, frozenset({Actor.CLOCK})),
}


def actors(case: Case, user: User | None, *, at: datetime) -> frozenset[Actor]:
    """Return what ``user`` is to ``case`` at ``at``; None is the clock.

    Nobody handles a case of their own or about themselves, nor in the place of somebody whom it is about.
    """
    if user is None:
        return frozenset({Actor.CLOCK})
    if case.citizen.user_id == user.pk:
        return frozenset({Actor.CITIZEN})
    if _is_own(case, user) or not user.is_staff or case.is_recused(user):
        return frozenset()
    return frozenset(_staff_actors(case, user, at))


def must_not_handle(case: Case, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` of the case's desk must not handle it: it is their own, or about them.

    Or about everybody in whose place they sit there. No statement for a case that comes ``with_recused``.
    """
    if _is_own(case, user) or case.is_recused(user):
        return True
    authority = user.authority(at)
    left = authority.without(case.recused).agencies(DESK)
    return case.agency_id in authority.agencies(DESK) and case.agency_id not in left


def _is_own(case: Case, user: User) -> bool:
    return user.person_id is not None and user.person_id == case.citizen_id


def _staff_actors(case: Case, user: User, at: datetime) -> set[Actor]:
    authority = user.authority(at).without(case.recused)
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
    if Actor.CMU in found:
        found |= _unit_actors(case, user, at)
    others = authority.agencies(DESK) - {case.agency_id}
    if others and case.tasks.filter(agency__in=others, state=TaskState.OPEN).exists():
        found.add(Actor.PARTNER)
    return found


def _unit_actors(case: Case, user: User, at: datetime) -> set[Actor]:
    found = set()
    if case.state == State.OBJECTED and not _handled(case, user):
        found.add(Actor.UNINVOLVED_CMU)
    if case.state in _AT_AGENCY and second_person.awaits_unit_signature(case, at=at):
        found.add(Actor.SIGNER)
    return found


def _handled(case: Case, user: User) -> bool:
    """Tell whether ``user`` did anything on ``case`` before the objection; a note on it since is nothing."""
    objected = case.events.filter(verb=Verb.OBJECT).order_by("-number").values("number")[:1]
    return case.events.filter(actor=user, number__lt=Subquery(objected)).exists()


def may(case: Case, verb: Verb, user: User | None, *, at: datetime) -> bool:
    """Tell whether ``user`` may say ``verb`` on ``case`` as it stands at ``at``."""
    return fits(case, verb, at=at) and is_entitled(case, verb, user, at=at)


def may_act(case: Case, act: Act, user: User | None, *, at: datetime) -> bool:
    """Tell whether ``user``, or the clock, may do ``act`` on ``case`` as it stands at ``at``."""
    states, who = ACTS[act]
    return case.state in states and bool(who & actors(case, user, at=at))


def fits(case: Case, verb: Verb, *, at: datetime) -> bool:
    """Tell whether the case's own state, kind, dates and counts allow ``verb`` at ``at``, whoever says it."""
    if case.state not in TRANSITIONS[verb].sources:
        return False
    match verb:
        case Verb.DECLINE | Verb.RETURN:
            return not rulings.is_bound(case)
        case Verb.CLOSE:
            is_ready = case.state == State.IN_PROGRESS or case.kind != Kind.COMPLAINT
            return is_ready and not partner_tasks.open_tasks(case).exists()
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
