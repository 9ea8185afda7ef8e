"""Who may do what to which case: a person's relations to the case, checked against the table of actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Subquery

from accounts.models import User
from accounts.roles import CMU, CONTACT_CENTRE, DESK, LEADERSHIP, READERS, SUPERVISION, Role
from agencies.models import Agency
from complaints.clocks import clockwork
from complaints.models import Case, Consultation, TaskState
from complaints.permissions import (
    late_cases,
    partner_tasks,
    ratings,
    representatives,
    rulings,
    second_person,
    send_window,
)
from complaints.workflow import (
    ACTIONS,
    AT_AGENCY,
    MAX_OBJECTIONS,
    OBJECTION_DAYS,
    TRANSITIONS,
    Action,
    Actor,
    Kind,
    State,
)

#: The steps towards an answer, which praise does not get: it is passed on.
ANSWERING = frozenset({Action.ACCEPT, Action.PROPOSE_EXTENSION, Action.EXTEND, Action.CLOSE})


def actors(case: Case, user: User | None, *, at: datetime) -> frozenset[Actor]:
    """Return the relations of ``user`` to ``case`` at ``at``; None is the clock.

    Nobody handles a case that they filed or are recused from, nor as deputy of somebody who is recused from it.
    """
    if user is None:
        return frozenset({Actor.CLOCK})
    if case.citizen.user_id == user.pk:
        return frozenset({Actor.CITIZEN})
    if not user.is_staff:
        speaks = representatives.mandate_for(case, user, at=at) is not None
        return frozenset({Actor.REPRESENTATIVE}) if speaks else frozenset()
    if case.is_own_of(user) or case.is_recused(user):
        return frozenset()
    return frozenset(_staff_actors(case, user, at))


def must_not_handle(case: Case, user: User, *, at: datetime) -> bool:
    """Tell whether ``user``, at the case's desk, must not handle it: they filed it or are recused from it.

    A deputy must not either if everybody they act for there is recused. No statement for a case loaded
    ``with_recused``.
    """
    if case.is_own_of(user) or case.is_recused(user):
        return True
    authority = user.authority(at)
    left = authority.without(case.recused).agencies(DESK)
    return case.agency_id in authority.agencies(DESK) and case.agency_id not in left


def is_asker(consultation: Consultation, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` belongs to the agency that asked a directorate, or to the CMU: they must not answer."""
    authority = user.authority(at)
    return authority.has(CMU) or consultation.case.agency_id in authority.agencies(READERS)


#: What the roles that somebody has in the agency of a case make them to it.
_OF_ITS_AGENCY: Final = (
    (frozenset({Role.OFFICER}), Actor.OFFICER),
    (frozenset({Role.SUPERVISOR}), Actor.SUPERVISOR),
    (LEADERSHIP, Actor.LEADERSHIP),
)


def _staff_actors(case: Case, user: User, at: datetime) -> set[Actor]:
    authority = user.authority(at).without(case.recused)
    found = set()
    if authority.has(CONTACT_CENTRE):
        found.add(Actor.AGENT)
    if authority.has(CMU):
        found.add(Actor.CMU)
    found |= {actor for roles, actor in _OF_ITS_AGENCY if case.agency_id in authority.agencies(roles)}
    desks = authority.agencies(DESK)
    if desks and send_window.did_last_step(case, user, at=at, desks=desks):
        found.add(Actor.DOER)
    if Actor.CMU in found:
        found |= _unit_actors(case, user, at)
    others = desks - {case.agency_id}
    if others and case.tasks.filter(agency__in=others, state=TaskState.OPEN).exists():
        found.add(Actor.PARTNER)
    return found


def _unit_actors(case: Case, user: User, at: datetime) -> set[Actor]:
    found = set()
    if case.state == State.OBJECTED and not _handled(case, user):
        found.add(Actor.UNINVOLVED_CMU)
    if case.state in AT_AGENCY and second_person.awaits_unit_signature(case, at=at):
        found.add(Actor.SIGNER)
    return found


def _handled(case: Case, user: User) -> bool:
    """Tell whether ``user`` acted on ``case`` before the objection; a note written after it does not count."""
    objected = case.events.filter(action=Action.OBJECT).order_by("-number").values("number")[:1]
    return case.events.filter(actor=user, number__lt=Subquery(objected)).exists()


def may(case: Case, action: Action, user: User | None, *, at: datetime) -> bool:
    """Tell whether ``user``, or the clock, may do ``action`` to ``case`` as it stands at ``at``."""
    return fits(case, action, at=at) and is_entitled(case, action, user, at=at)


def fits(case: Case, action: Action, *, at: datetime) -> bool:
    """Tell whether the state, kind, dates and counts of the case allow ``action`` at ``at``, no matter by whom."""
    return _fits(case, action, at=at, has_open_tasks=partner_tasks.open_tasks(case).exists)


def _fits(case: Case, action: Action, *, at: datetime, has_open_tasks: Callable[[], bool]) -> bool:
    if case.state not in ACTIONS[action].sources or not suits_kind(case, action):
        return False
    does_fit = True
    match action:
        case Action.DECLINE | Action.RETURN:
            does_fit = not rulings.is_bound(case)
        case Action.CLOSE:
            is_ready = case.state == State.IN_PROGRESS or case.kind != Kind.COMPLAINT
            does_fit = is_ready and not has_open_tasks()
        case Action.CLEAR_URGENT:
            does_fit = case.is_urgent
        case Action.UNDO:
            does_fit = send_window.ends_at(case, at=at) is not None
        case Action.OBJECT:
            does_fit = (
                clockwork.needs_window(case)
                and case.objections_made < MAX_OBJECTIONS
                and _closed_within(case, timedelta(days=OBJECTION_DAYS), at)
                # Nobody has read the answer before.
                and send_window.ends_at(case, at=at) is None
            )
        case Action.RATE:
            does_fit = ratings.may_rate(case, at=at)
        case _:
            does_fit = late_cases.allows(case, action, at=at)
    return does_fit


def suits_kind(case: Case, action: Action) -> bool:
    """Tell whether ``action`` exists for cases of this kind: praise gets no answer, and nothing else is passed on."""
    return action not in ANSWERING if case.kind == Kind.PRAISE else action != Action.DELIVER


def _closed_within(case: Case, span: timedelta, at: datetime) -> bool:
    return case.closed_at is not None and at <= case.closed_at + span


def is_entitled(case: Case, action: Action, user: User | None, *, at: datetime) -> bool:
    """Tell whether ``user`` is among those who may do ``action``, whether it fits now or not."""
    return _are_entitled(case, action, actors(case, user, at=at))


def may_reassign(agency: Agency, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may give all cases of an officer of ``agency`` to another: its supervisors may."""
    return agency.pk in user.authority(at).agencies(SUPERVISION)


def opens_page(case: Case, action: Action, user: User, *, at: datetime) -> bool:
    """Tell whether the page of ``action`` opens for ``user``, even if only to say that somebody was first.

    Nobody is entitled to a ruling on an objection once it is decided: the unit is shown the decision then. Nor to undo
    what was sent: whoever did it is told so.
    """
    if is_entitled(case, action, user, at=at):
        return True
    if action == Action.UNDO:
        return send_window.has_done(case, user) and not must_not_handle(case, user, at=at)
    is_ruling = action in {Action.UPHOLD, Action.DISMISS}
    return is_ruling and user.authority(at).has(CMU) and not fits(case, action, at=at)


def _are_entitled(case: Case, action: Action, what: frozenset[Actor]) -> bool:
    """Tell whether the table names one of the relations ``what``; only who holds the case may ask the citizen."""
    if action == Action.ASK:
        what -= {Actor.CMU} if case.state != State.TRIAGE else {Actor.OFFICER, Actor.SUPERVISOR}
    return bool(ACTIONS[action].who & what)


def actions_among(case: Case, what: frozenset[Actor], *, at: datetime, has_open_tasks: bool) -> frozenset[Action]:
    """Return the actions that somebody with the relations ``what`` to the case may do now; ``pending`` knows the tasks.

    Who may not do an action at all costs no statement about it.
    """
    return frozenset(
        action
        for action in TRANSITIONS
        if action != Action.FILE
        and _are_entitled(case, action, what)
        and _fits(case, action, at=at, has_open_tasks=lambda: has_open_tasks)
    )
