"""Recusals of staff from a case that is about them: by the clock, by colleagues or by themselves, and their end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.contact import BY_EMAIL, staff_key
from accounts.models import User, acting_as, members_of, supervisors_of
from accounts.roles import CMU, DESK, READERS
from agencies.models import Agency
from complaints.actions.notes import agency_at_desk
from complaints.engine import notices
from complaints.engine.change import Change
from complaints.engine.transition import act
from complaints.models import Case, Recusal, TaskState
from complaints.permissions import policy
from complaints.permissions.readers import named_at
from complaints.workflow import Action, Actor
from complaints.workflow.refusals import ActionRefused
from notifications import outbox


class NotAColleague(ActionRefused):
    """The person cannot be recused by the user: not at the desk, or not theirs to name."""


class AlreadyRecused(ActionRefused):
    """The person is already recused from the case."""


class NotRecused(ActionRefused):
    """The person is not recused from the case, or no longer."""


# ---- by the clock ----


def exclude_named(case: Case, agency: Agency, *, at: datetime) -> Sequence[User]:
    """Exclude the staff of ``agency`` whom the citizen named from a change of ``case``, and return them.

    They get no message and do not count as officers; ``record`` recuses them once the change is made. Whoever was
    recused before is left as they are: the clock does not repeat what was taken back.
    """
    people = named_at(agency, case.employee, at=at)
    if not people:
        return []
    known = set(case.recusals.values_list("person", flat=True))
    named = [user for user in people if user.pk not in known]
    case.recused = {*case.recused, *(user.pk for user in named)}
    return named


def record(case: Case, people: Collection[User], *, agency: Agency, at: datetime) -> None:
    """Recuse, by the clock, ``people`` of ``agency`` whom the citizen of ``case`` named."""
    for person in people:
        with act(case, Action.RECUSE, by=None, at=at) as change:
            _save(case, Recusal(case=case, event_id=change.event_id, person=person, at=change.at))
            change.facts = {"person": str(person.pk), "desk": agency.pk}


def _save(case: Case, recusal: Recusal) -> None:
    """Save ``recusal``, and cancel the unsent messages to its person about the case."""
    recusal.save(force_insert=True)
    case.forget_recused()
    outbox.cancel(reference=case.reference, recipient=staff_key(recusal.person_id), at=recusal.at)


# ---- by hand ----


def colleagues(case: Case, by: User, *, at: datetime) -> list[User]:
    """Return whom ``by`` may recuse: everybody themselves; a supervisor and the unit also those at the desk.

    Those are the desk and the ladder of its agency; for the unit also its own staff and the agencies with a part.
    """
    what, on = policy.actors(case, by, at=at), timezone.localdate(at)
    found = {by.pk: by}
    agencies = {case.agency_id} if case.agency_id is not None else set()
    if Actor.CMU in what:
        agencies |= set(case.tasks.filter(state=TaskState.OPEN).values_list("agency", flat=True))
        found |= {user.pk: user for user in members_of(CMU, on)}
    if what & {Actor.SUPERVISOR, Actor.CMU} and agencies:
        found |= {user.pk: user for user in members_of(READERS, on, agencies=agencies)}
    return [user for user in found.values() if not case.is_recused(user)]


def recuse(case: Case, *, by: User, at: datetime, person: User, text: str) -> Recusal:
    """Recuse ``person`` from the case, because it is about them; if they are its officer, it is without one then.

    In that case the supervisor gets a message, and the unit where nobody is left at the desk. Raises
    ``AlreadyRecused`` and ``NotAColleague``.
    """
    with transaction.atomic():
        with act(case, Action.RECUSE, by=by, at=at) as change:
            if case.is_recused(person):
                raise AlreadyRecused
            if person not in colleagues(case, by, at=change.at):
                raise NotAColleague
            change.facts = {
                "person": str(person.pk),
                "desk": agency_at_desk(case, by, at=change.at),
                "words": change.fingerprint(text),
            }
            recusal = Recusal(case=case, event_id=change.event_id, person=person, named_by=by, text=text, at=change.at)
            _save(case, recusal)
            is_orphaned = case.officer is not None and policy.must_not_handle(case, case.officer, at=change.at)
            if is_orphaned:
                change.set(officer=None)
        _tell(change, is_orphaned=is_orphaned)
    return recusal


def _tell(change: Change, *, is_orphaned: bool) -> None:
    case, on = change.case, timezone.localdate(change.at)
    if case.agency is None or not case.is_open:
        return
    if not acting_as(DESK, on, agency=case.agency, exclude=case.recused).exists():
        notices.tell_staff("cmu_aside", change.desk.cmu(), change=change, by=BY_EMAIL)
    elif is_orphaned:
        people = supervisors_of(case.agency, on, exclude=case.recused) or change.desk.cmu()
        others = [user for user in people if user != change.by]
        notices.tell_staff("officer_aside", others, change=change)


def end_recusal(case: Case, *, by: User, at: datetime, person: User, text: str) -> None:
    """End the recusal of ``person``, who may handle the case again; raises ``NotRecused``.

    Nobody ends their own recusal, because they do not see the case.
    """
    with act(case, Action.END_RECUSAL, by=by, at=at) as change:
        recusal = case.recusals.open().filter(person=person).first()
        if recusal is None:
            raise NotRecused
        recusal.ended_by, recusal.end_text, recusal.ended_at = by, text, change.at
        recusal.end_event_id = change.event_id
        recusal.save(update_fields=["ended_by", "end_text", "ended_at", "end_event"])
        case.forget_recused()
        change.facts = {
            "person": str(person.pk),
            "desk": agency_at_desk(case, by, at=change.at),
            "words": change.fingerprint(text),
        }
