"""Who may do what to which case: a person's relations to the case, checked against the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery

from accounts.models import Citizen, Mandate, MandateOver, User
from accounts.models.mandates import MandateQuerySet
from accounts.roles import CMU, CONTACT_CENTRE, DESK, LEADERSHIP, READERS, SUPERVISION, Role
from agencies.models import Agency
from complaints.clocks import clockwork
from complaints.models import Case, CaseEvent, Consultation, Rating, TaskState
from complaints.permissions import readers, rulings
from complaints.workflow import (
    ACTIONS,
    AT_AGENCY,
    MAX_OBJECTIONS,
    NOT_RATED,
    OBJECTION_DAYS,
    TRANSITIONS,
    UNDOABLE,
    Action,
    Actor,
    Kind,
    State,
)
from kit.compiled_reads import CompiledRead

# ---- The send window: how long the messages of a step wait, and who may undo it meanwhile. ----


def span() -> timedelta:
    """Return how long the window is open; zero where nothing can be undone."""
    return timedelta(seconds=settings.SEND_WINDOW)


def hold_until(action: Action, *, at: datetime) -> datetime | None:
    """Return the moment before which no message about ``action``, done at ``at``, may leave; None for at once."""
    return at + span() if action in UNDOABLE and span() else None


def ends_at(case: Case, *, at: datetime) -> datetime | None:
    """Return until when the last step of ``case`` can be undone, None if it cannot be at ``at``.

    One statement for a case that changed within the window, once for each version of it; none for any other.
    """
    if case.last_action not in UNDOABLE or at >= case.changed_at + span():
        return None
    end = _kept_steps(case)[0].at + span()
    return end if at < end else None


def last_steps(case: Case) -> list[CaseEvent]:
    """Return what was done last to the state of ``case``, the oldest first; one statement.

    They are two where a follower was accepted only to be given the answer of its lead.
    """
    last, *before = _LAST.rows(None, {"case": case}, case=case.pk)
    return [*(one for one in before if one.is_for_answer), last]


def _last(_shape: None, *, case: int) -> QuerySet[CaseEvent]:
    changes = CaseEvent.objects.filter(case=case, action__in=TRANSITIONS)
    return changes.select_related("actor", "agency").order_by("-number")[:2]


_LAST: Final = CompiledRead(_last, is_prepared=True)


def _kept_steps(case: Case) -> list[CaseEvent]:
    """Return ``last_steps``, kept with the object: a page asks several times, and another step is another version."""
    kept: tuple[int | None, list[CaseEvent]] = case.__dict__.get("_last_steps", (None, []))
    if kept[0] != case.version:
        kept = case.__dict__["_last_steps"] = case.version, last_steps(case)
    return kept[1]


def did_last_step(case: Case, user: User, *, at: datetime, desks: frozenset[int | None]) -> bool:
    """Tell whether ``user``, whose agencies are ``desks``, did what can be undone now."""
    if ends_at(case, at=at) is None:
        return False
    last = _kept_steps(case)[-1]
    return last.actor_id == user.pk and last.agency_id in desks


def has_done(case: Case, user: User) -> bool:
    """Tell whether ``user`` ever did to ``case`` what could be undone then; they learn why it no longer can be."""
    return case.events.filter(actor=user, action__in=UNDOABLE).exists()


# ---- Which answer the citizen may rate, and until when. ----


#: The events after which another answer stands, or none.
_ENDS = (Action.CLOSE, Action.UNDO, Action.ARCHIVE, Action.WITHDRAW)


@dataclass(frozen=True)
class RatingWindow:
    """The answer that may be rated, what was said of it so far, and from when until when it is said or changed."""

    closing: CaseEvent
    rating: Rating | None
    count: int
    since: datetime
    until: datetime

    def is_open(self, *, at: datetime) -> bool:
        """Tell whether the citizen may still rate, or change the rating, at ``at``."""
        return self.since <= at <= self.until


def rating_window(case: Case) -> RatingWindow | None:
    """Return the window of the answer that stands; None where there is none to rate. Three statements at most.

    A first rating is open for RATING_OPEN_DAYS after the closing, a change for RATING_CHANGE_DAYS after the first one;
    neither while the closing can still be undone, since nobody has read the answer then.
    """
    if case.state != State.CLOSED or case.closed_at is None or not is_rated(case):
        return None
    closing = standing_answer(case)
    if closing is None:
        return None
    since = closing.at + span()
    rating = Rating.objects.filter(closing=closing).first()
    if rating is None:
        return RatingWindow(closing, None, 0, since, case.closed_at + timedelta(days=settings.RATING_OPEN_DAYS))
    until = rating.made_at + timedelta(days=settings.RATING_CHANGE_DAYS)
    return RatingWindow(closing, rating, rating.former.count() + 1, since, until)


def is_rated(case: Case) -> bool:
    """Tell whether a case of this kind and outcome is one of which the citizen is asked whether it was solved."""
    return case.kind != Kind.PRAISE and case.outcome not in NOT_RATED


def standing_answer(case: Case) -> CaseEvent | None:
    """Return the event that gave the newest answer; None where it was undone or nothing was answered."""
    last = case.events.filter(action__in=_ENDS).order_by("-number").first()
    return last if last is not None and last.action == Action.CLOSE else None


def may_rate(case: Case, *, at: datetime) -> bool:
    """Tell whether the citizen may rate the answer of ``case``, or change the rating, at ``at``."""
    window = rating_window(case)
    return window is not None and window.is_open(at=at)


# ---- Who speaks for whom by a mandate: read for a page, locked for an action, so that one that ends meanwhile
# is refused.
#
# ``CaseQuerySet.visible_to`` says which cases a representative sees; the same rows of ``Mandate`` say it there.


#: The name of the fact that holds the key of the mandate by which an event was made.
FACT: Final = "mandate"


def mandate_for(case: Case, user: User, *, at: datetime) -> Mandate | None:
    """Return the mandate by which ``user`` may speak for the citizen of ``case`` at ``at``; one statement."""
    return _covering(case, user).in_force(at).order_by("-ends_at", "pk").first()


def locked_for(case: Case, by: User | None, *, at: datetime) -> Mandate | None:
    """Return the mandate by which ``by`` acts on ``case``, locked until the transaction ends.

    None for everybody who acts in their own right, without a statement. Whoever ends a mandate waits for its row, so
    that an action is wholly before the end or refused: raises ``MandateOver`` where the only one is over.
    """
    if by is None or by.is_staff or case.citizen.user_id == by.pk:
        return None
    held = _covering(case, by).select_for_update(of=("self",), no_key=True)
    return _mandate_in_force(list(held.order_by("-ends_at", "pk")), at=at)


def locked(key: UUID, by: User, *, at: datetime) -> Mandate:
    """Return the mandate ``key`` of the representative ``by``, locked, to file by; raises ``MandateOver``."""
    held = Mandate.objects.select_for_update(of=("self",), no_key=True).select_related("person", "representative")
    mandate = held.filter(pk=key, representative__user=by, person__isnull=False).first()
    found = _mandate_in_force([mandate] if mandate else [], at=at)
    if found is None:
        raise PermissionDenied
    return found


def last_mandate(reference: str, user: User) -> Mandate | None:
    """Return the last mandate by which ``user`` could have opened the case ``reference``, though it is over now."""
    case = Case.objects.filter(reference=reference).select_related("citizen").first()
    return _covering(case, user).exclude(decided_at=None).order_by("-decided_at", "-pk").first() if case else None


def mandates_by_event(events: Iterable[CaseEvent]) -> Mapping[str, Mandate]:
    """Return the mandates by which ``events`` were made, by key; without a statement where there is none."""
    keys = {key for event in events if (key := event.mandate)}
    rows = Mandate.objects.filter(pk__in=keys).select_related("representative", "person") if keys else ()
    return {str(mandate.pk): mandate for mandate in rows}


def told_representatives(case: Case, *, at: datetime) -> list[Citizen]:
    """Return who speaks for the citizen of ``case`` at ``at`` and gets the messages about it too; one statement."""
    covering = Mandate.objects.in_force(at).covering(person=case.citizen_id, entered_by=case.entered_by_id)
    people = {mandate.representative for mandate in covering.select_related("representative")}
    return sorted((person for person in people if person is not None), key=lambda person: str(person.pk))


def _covering(case: Case, user: User) -> MandateQuerySet:
    covering = Mandate.objects.covering(person=case.citizen_id, entered_by=case.entered_by_id)
    return covering.filter(representative__user=user).select_related("person", "representative")


def _mandate_in_force(held: list[Mandate], *, at: datetime) -> Mandate | None:
    found = next((mandate for mandate in held if mandate.is_in_force(at=at)), None)
    over = next((mandate for mandate in held if mandate.decided_at is not None), None)
    if found is None and over is not None:
        raise MandateOver(over)
    return found


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
        speaks = mandate_for(case, user, at=at) is not None
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
    if desks and did_last_step(case, user, at=at, desks=desks):
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
    if case.state in AT_AGENCY and rulings.awaits_unit_signature(case, at=at):
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
    return _fits(case, action, at=at, has_open_tasks=rulings.open_tasks(case).exists)


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
            does_fit = ends_at(case, at=at) is not None
        case Action.OBJECT:
            does_fit = (
                clockwork.needs_window(case)
                and case.objections_made < MAX_OBJECTIONS
                and _closed_within(case, timedelta(days=OBJECTION_DAYS), at)
                # Nobody has read the answer before.
                and ends_at(case, at=at) is None
            )
        case Action.RATE:
            does_fit = may_rate(case, at=at)
        case _:
            does_fit = readers.allows(case, action, at=at)
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
        return has_done(case, user) and not must_not_handle(case, user, at=at)
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


# ---- Whom a deputy represents: an event names both people. ----


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
