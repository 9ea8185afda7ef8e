"""Partner tasks: ask another agency for its part of a case, answer it, drop it, while the leading agency goes on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import DESK
from agencies.models import Agency
from complaints.actions import recusals
from complaints.actions.triage import NoActiveOfficer
from complaints.engine.change import Change
from complaints.engine.transition import NotEntitled, TransitionNotAllowed, act
from complaints.models import Case, Clock, Ending, ReferralTask, TaskState
from complaints.permissions import rulings
from complaints.workflow import Action, ClockKind
from complaints.workflow.refusals import ActionRefused


class OwnPart(ActionRefused):
    """The agency leads the case, and so cannot also get a task on it."""


class AlreadyAsked(ActionRefused):
    """The agency already has an open task on the case."""


class TaskTooLong(ActionRefused):
    """More working days than ``most``, the topic's limit."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a part has at most {most} working days")
        self.most = most


def add_task(case: Case, *, by: User, at: datetime, agency: Agency, text: str, days: int) -> ReferralTask:
    """Ask ``agency`` for its part of the case within ``days`` working days (1 or more), on a clock of its own.

    Staff of ``agency`` whom the citizen named are recused from then on. Raises ``OwnPart``, ``AlreadyAsked``,
    ``TaskTooLong``, ``AgencyEnded`` and ``NoActiveOfficer``.
    """
    with transaction.atomic():
        with act(case, Action.ADD_TASK, by=by, at=at) as change:
            named = recusals.exclude_named(case, agency, at=change.at)
            _require_free(change, agency, days)
            due = change.calendar.due(change.at, days)
            task = ReferralTask.objects.create(
                case=case, event_id=change.event_id, agency=agency, text=text, asked_by=by, asked_at=change.at
            )
            Clock.objects.create(
                case=case,
                task=task,
                kind=ClockKind.ANSWER_TASK,
                started_at=change.at,
                limit_days=days,
                first_due_at=due,
                due_at=due,
            )
            change.facts = {"agency": agency.pk, "days": days, "words": change.fingerprint(text)}
            change.partners = [agency]
            change.speaks_of = timezone.localdate(due)
        recusals.record(case, named, agency=agency, at=change.at)
    return task


def _require_free(change: Change, agency: Agency, days: int) -> None:
    case = change.case
    if agency.pk == case.agency_id:
        raise OwnPart
    rulings.require_existing(agency, on=change.desk.on)
    if days > case.limit_days:
        raise TaskTooLong(case.limit_days)
    if case.tasks.filter(agency=agency, state=TaskState.OPEN).exists():
        raise AlreadyAsked
    if not change.desk.officers(agency):
        raise NoActiveOfficer


def answer_task(task: ReferralTask, *, by: User, at: datetime, text: str) -> None:
    """Record the answer of the agency that was asked; the leading agency gets a message.

    Raises ``TransitionNotAllowed`` once the task is answered or dropped, and ``NotEntitled`` for another agency's task.
    """
    with act(task.case, Action.ANSWER_TASK, by=by, at=at) as change:
        held = _open_task(change, task)
        if held.agency_id not in by.authority(change.at).agencies(DESK):
            raise NotEntitled
        held.state, held.answer, held.ended_by, held.ended_at = TaskState.ANSWERED, text, by, change.at
        held.answer_event_id = change.event_id
        held.save(update_fields=["state", "answer", "ended_by", "ended_at", "answer_event"])
        _stop(held, at=change.at, ending=Ending.MET)
        change.facts = {"agency": held.agency_id, "words": change.fingerprint(text)}


def drop_task(task: ReferralTask, *, by: User, at: datetime, reason: str) -> None:
    """Drop the task of the agency that was asked, for a ``reason``; the agency gets a message.

    Raises ``TransitionNotAllowed`` once the task is answered or dropped.
    """
    with act(task.case, Action.DROP_TASK, by=by, at=at) as change:
        held = _open_task(change, task)
        held.state, held.reason, held.ended_by, held.ended_at = TaskState.DROPPED, reason, by, change.at
        held.drop_event_id = change.event_id
        held.save(update_fields=["state", "reason", "ended_by", "ended_at", "drop_event"])
        _stop(held, at=change.at, ending=Ending.STOPPED)
        change.facts = {"agency": held.agency_id, "words": change.fingerprint(reason)}
        change.partners = [held.agency]


def _open_task(change: Change, task: ReferralTask) -> ReferralTask:
    """Return ``task`` reloaded under the lock of its case."""
    held = change.case.tasks.filter(pk=task.pk, state=TaskState.OPEN).select_related("agency").first()
    if held is None:
        raise TransitionNotAllowed(change.action, change.case)
    return held


def _stop(task: ReferralTask, *, at: datetime, ending: Ending) -> None:
    clock = task.clocks.get(ended_at__isnull=True)
    clock.ended_at = at
    clock.ending = Ending.MISSED if at > clock.due_at else ending
    clock.save(update_fields=["ended_at", "ending"])
