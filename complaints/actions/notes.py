"""Notes, telephone calls, and assignment to an officer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User, officers_of
from accounts.roles import CMU, READERS
from complaints.attachments import uploads
from complaints.engine import notices
from complaints.engine.transition import act
from complaints.models import Attachment, Case, Note, NoteKind, SpokenWith, TaskState
from complaints.workflow import Action
from complaints.workflow.refusals import ActionRefused


class NotAnOfficer(ActionRefused):
    """The person is no acting officer of the agency, filed the case, or is recused from it."""


class HeldByAnother(ActionRefused):
    """A directorate or another centre holds the case, and must return it first."""


# ---- notes ----


def note(case: Case, *, by: User, at: datetime, text: str, attachments: Collection[Attachment] = ()) -> Note:
    """Write a note for colleagues; only the writer's own desk and the CMU read it and its files, unsaved rows."""
    with act(case, Action.NOTE, by=by, at=at) as change:
        written = Note.objects.create(
            case=case, event_id=change.event_id, kind=NoteKind.NOTE, text=text, by=by, at=change.at
        )
        uploads.store(attachments, case=case, event=change.event_id)
        change.facts = {
            "desk": agency_at_desk(case, by, at=change.at),
            "words": change.fingerprint(text),
            "files": len(attachments),
        }
    return written


def log_call(case: Case, *, by: User, at: datetime, spoken_with: SpokenWith, text: str) -> Note:
    """Record a telephone call as a note: with whom it was, and what was said; the readers are those of a note."""
    with act(case, Action.CALL, by=by, at=at) as change:
        written = Note.objects.create(
            case=case,
            event_id=change.event_id,
            kind=NoteKind.CALL,
            spoken_with=spoken_with,
            text=text,
            by=by,
            at=change.at,
        )
        change.facts = {
            "desk": agency_at_desk(case, by, at=change.at),
            "spoken_with": str(spoken_with),
            "words": change.fingerprint(text),
        }
    return written


def agency_at_desk(case: Case, user: User, *, at: datetime) -> int | None:
    """Return the agency for which ``user`` works on ``case``: its own, or one with a task on it; None for the CMU."""
    authority = user.authority(at)
    desks = authority.agencies(READERS)
    if case.agency_id in desks or authority.has(CMU):
        return case.agency_id if case.agency_id in desks else None
    partners = case.tasks.filter(agency__in=desks, state=TaskState.OPEN)
    return partners.values_list("agency", flat=True).first()


# ---- assigning ----


def candidates(case: Case, *, at: datetime) -> QuerySet[User]:
    """Return the officers to whom ``case`` can be given: those of its agency who act today.

    Without the person who filed it, anybody who is recused, and deputies who would only act for such people.
    """
    if case.agency is None:
        return User.objects.none()
    # Not ``exclude``: where no person is linked, SQL would leave everybody out.
    others = Q(person__isnull=True) | ~Q(person=case.citizen_id)
    return officers_of(case.agency, timezone.localdate(at), exclude=case.recused).filter(others)


def assign(case: Case, *, by: User | None, at: datetime, officer: User) -> None:
    """Give the case to ``officer`` of its agency, who is told unless they did it themselves; ``by`` None is the clock.

    Raises ``NotAnOfficer`` unless they are among ``candidates``.
    """
    with transaction.atomic():
        with act(case, Action.ASSIGN, by=by, at=at) as change:
            if not candidates(case, at=change.at).filter(pk=officer.pk).exists():
                raise NotAnOfficer
            before = case.officer_id
            change.facts = {"officer": str(officer.pk), "before": str(before) if before else None}
            change.set(officer=officer)
        if by is None or by.pk != officer.pk:
            notices.tell_staff("officer_assigned", [officer], change=change)
