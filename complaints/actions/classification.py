"""Correct what a case is: its topic and its kind, with everything that follows from them by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accounts.models import User
from agencies.calendar import WorkingCalendar
from agencies.models import Topic, TopicQuestion, current_calendar
from complaints.actions import precedents, proposals, topic_answers
from complaints.clocks import extensions
from complaints.clocks.extensions import promise_clock
from complaints.engine.change import Change
from complaints.engine.transition import act
from complaints.models import AnswerState, Case, Classification
from complaints.visibility.identity import must_hide
from complaints.workflow import PROMISES, REMINDERS, Action, State
from complaints.workflow.refusals import ActionRefused
from notifications import outbox


class NothingCorrected(ActionRefused):
    """The case has this topic and this kind already."""


class TopicNotOffered(ActionRefused):
    """The topic is not offered for this kind of case."""


class TopicOfOtherAgencies(ActionRefused):
    """The topic belongs to other agencies than the one that has the case: that one is to be referred."""


class TopicKeptFromAgency(ActionRefused):
    """The topic is withheld from the agency that has the case: the unit has to take it back first."""


@dataclass(frozen=True)
class Effects:
    """What a correction changes besides topic and kind.

    ``due`` is the earlier date of the promise, None where that stays. ``hides`` tells that the identity is hidden from
    now on, ``drops`` that a proposed answer has to be written again. ``unasked`` are the questions of the new topic
    that the case has no answer to.
    """

    due: datetime | None
    hides: bool
    drops: bool
    unasked: Sequence[TopicQuestion]

    @property
    def due_on(self) -> date | None:
        """Return the day of the earlier date."""
        return timezone.localdate(self.due) if self.due else None


def effects(case: Case, *, topic: Topic, kind: str, at: datetime) -> Effects:
    """Return what correcting ``case`` to ``topic`` and ``kind`` would change at ``at``."""
    clock = promise_clock(case)
    calendar = current_calendar()
    answered = set(case.topic_answers.values_list("question", flat=True))
    asked = topic_answers.questions_for(topic, kind=kind)
    return Effects(
        due=extensions.earlier_due(clock, case, days=topic.limit_days, at=at, calendar=calendar) if clock else None,
        hides=must_hide(topic, kind=kind) and not case.hides_identity,
        drops=kind != case.kind and case.answers.filter(state=AnswerState.PROPOSED).exists(),
        unasked=[question for question in asked if question.pk not in answered],
    )


def classify(case: Case, *, by: User, at: datetime, topic: Topic, kind: str) -> Classification:
    """Correct the topic and the kind of ``case``; a closed case is marked, and none of its dates moves.

    The promised date moves earlier where the limit of ``topic`` asks for it, and never later. A hidden identity stays
    hidden, and is hidden where the topic says so. Answers to questions of the old topic stay. Precedents that were
    kept from this case follow. Raises ``NothingCorrected``, ``TopicNotOffered``, ``TopicKeptFromAgency`` and
    ``TopicOfOtherAgencies``.
    """
    with act(case, Action.CLASSIFY, by=by, at=at) as change:
        require_fitting(case, topic, kind=kind)
        corrected = _record(change, topic, kind=kind, by=by)
        if kind != case.kind:
            proposals.drop_answers_and_dates(change)
        precedents.follow_topic(case, topic, by=by, at=change.at)
        hides = case.hides_identity or must_hide(topic, kind=kind)
        change.set(topic=topic, kind=kind, hides_identity=hides)
        _keep_limit(change, change.calendar)
    return corrected


def require_fitting(case: Case, topic: Topic, *, kind: str) -> None:
    """Raise why ``case`` cannot have ``topic`` and ``kind``; nothing is written."""
    if case.topic_id == topic.pk and case.kind == kind:
        raise NothingCorrected
    if kind not in topic.kinds or topic.parent_id is None or not topic.is_active:
        raise TopicNotOffered
    if case.agency is None:
        return
    was_withheld = case.topic is not None and case.topic.withheld_from_agency
    if topic.withheld_from_agency and not was_withheld:
        raise TopicKeptFromAgency
    if not topic.suits(case.agency):
        raise TopicOfOtherAgencies


def _record(change: Change, topic: Topic, *, kind: str, by: User) -> Classification:
    case = change.case
    change.facts = {
        "topic_before": case.topic_id,
        "topic_after": topic.pk,
        "kind_before": case.kind,
        "kind_after": kind,
    }
    return Classification.objects.create(
        case=case,
        event_id=change.event_id,
        topic_before=case.topic,
        topic_after=topic,
        kind_before=case.kind,
        kind_after=kind,
        agency=case.agency,
        after_closing=case.state == State.CLOSED,
        by=by,
        at=change.at,
    )


def _keep_limit(change: Change, calendar: WorkingCalendar) -> None:
    """Move the promise to the limit of the new topic if it lies beyond; the citizen is told unless it is paused."""
    case, clock = change.case, promise_clock(change.case)
    if clock is None:
        return
    due = extensions.earlier_due(clock, case, days=case.limit_days, at=change.at, calendar=calendar)
    if due is None:
        return
    extensions.move_earlier(clock, due=due)
    new_on = timezone.localdate(due)
    change.set(promised_on=new_on)
    outbox.cancel(reference=case.reference, templates=PROMISES | REMINDERS, at=change.at)
    if case.state == State.IN_PROGRESS:
        change.set(deadline_at=due)
        change.facts["new_on"] = new_on.isoformat()
        change.speaks_of = new_on
