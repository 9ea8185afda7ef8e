"""What a case is: topic, kind, urgency and labels, and where triage sends it, with everything that follows by rule."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import CMU, DESK
from agencies.calendar import WorkingCalendar
from agencies.free_text.lexicon import as_written
from agencies.free_text.reader import danger_reader
from agencies.models import Agency, Topic, TopicQuestion, current_calendar
from complaints.actions import answers, decisions, precedents, recusals
from complaints.actions.precedents import PrecedentDraft
from complaints.clocks import extensions
from complaints.clocks.extensions import promise_clock
from complaints.engine.change import Change
from complaints.engine.transition import NotEntitled, act, transition
from complaints.models import AnswerState, Case, Classification, Label, Ruling, TextSalt
from complaints.permissions import rulings
from complaints.visibility.redaction import must_hide
from complaints.workflow import PROMISES, REMINDERS, Action, Kind, Outcome, State
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
    asked = answers.questions_for(topic, kind=kind)
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
            decisions.drop_answers_and_dates(change)
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


# ---- Labels that a desk puts on a case, to find it again. ----


class _SomebodyElseDid(Exception):
    """The same label was put on or taken off while the lock was waited for: nothing is recorded a second time."""


def label(case: Case, *, by: User, at: datetime, name: str) -> bool:
    """Add the label ``name`` of the desk of ``by``; return False if the case had it already."""
    agency = _labelling_desk(case, by, at=at)
    same = Label.objects.filter(case=case, agency=agency, name=name)
    if same.exists():
        return False
    with suppress(_SomebodyElseDid), act(case, Action.LABEL, by=by, at=at) as change:
        if same.exists():
            raise _SomebodyElseDid
        Label.objects.create(case=case, agency_id=agency, name=name, event_id=change.event_id, by=by, at=change.at)
        change.facts = {"is_on": True, "words": change.fingerprint(name)}
        return True
    return False


def unlabel(case: Case, *, by: User, at: datetime, name: str) -> bool:
    """Remove the label ``name`` of the desk of ``by``; return False if the case did not have it."""
    found = Label.objects.filter(case=case, agency=_labelling_desk(case, by, at=at), name=name)
    if not found.exists():
        return False
    with suppress(_SomebodyElseDid), act(case, Action.LABEL, by=by, at=at) as change:
        # With the text goes its salt, as always when a text is erased.
        TextSalt.objects.filter(event__in=found.values("event")).delete()
        if not found.delete()[0]:
            raise _SomebodyElseDid
        change.facts = {"is_on": False}
        return True
    return False


def labels_on(case: Case, by: User, *, at: datetime) -> list[str]:
    """Return the labels on the case by the desk of ``by``."""
    own = _labelling_desk(case, by, at=at)
    return list(Label.objects.filter(case=case, agency=own).values_list("name", flat=True))


def _labelling_desk(case: Case, user: User, *, at: datetime) -> int:
    """Return the agency whose labels ``user`` puts on ``case``: the case's own, or the unit."""
    authority = user.authority(at)
    if case.agency_id is not None and case.agency_id in authority.agencies(DESK):
        return case.agency_id
    if units := authority.agencies(CMU):
        return min(units)
    raise NotEntitled


# ---- The CMU's actions on a case without a clear owner: refer it or archive it. ----


class NoActiveOfficer(ActionRefused):
    """The agency has no officer who could receive the case."""


class RulingNeedsReason(ActionRefused):
    """The referral is a ruling, or is to be kept for the next case: it needs a reason."""


class AlreadyThere(ActionRefused):
    """The case is already with that agency."""


def refer(
    case: Case,
    *,
    by: User,
    at: datetime,
    agency: Agency,
    reason: str = "",
    resets_limit: bool = False,
    precedent: PrecedentDraft | None = None,
) -> None:
    """Refer the case to ``agency``, also away from another one.

    After ``rulings.bounces_before_ruling`` bounces this is a ruling, which binds the agency and needs a ``reason``.
    ``resets_limit`` lets the topic's limit count from now instead of from filing and needs one too (a database
    constraint), as does ``precedent``, which keeps the referral as a precedent. The ruling also stores the precedent
    that fitted the case best. Staff of ``agency`` whom the citizen named are recused from then on. Raises
    ``NoActiveOfficer``, ``AlreadyThere``, ``AgencyEnded`` and ``RulingNeedsReason``.
    """
    with transaction.atomic():
        with transition(case, Action.REFER, by=by, at=at) as change:
            if case.agency_id == agency.pk:
                raise AlreadyThere
            named = recusals.exclude_named(case, agency, at=change.at)
            _require_receiver(change, agency)
            if not reason and (precedent or rulings.needs_ruling(case)):
                raise RulingNeedsReason
            _record_ruling(change, agency, reason=reason, resets_limit=resets_limit, by=by)
            change.facts = {"agency": agency.pk, "resets_limit": resets_limit, "words": change.fingerprint(reason)}
            if precedent is not None:
                precedents.keep(change, precedent, agency=agency, why=reason, by=by)
            change.partners = decisions.drop(change)
            change.set(agency=agency, directorate=None, officer=None, promised_on=None)
            if resets_limit:
                change.set(limit_from=change.at)
        recusals.record(case, named, agency=agency, at=change.at)


def _require_receiver(change: Change, agency: Agency) -> None:
    """Raise ``AgencyEnded`` or ``NoActiveOfficer`` if nobody of ``agency`` could receive the case that day."""
    rulings.require_existing(agency, on=change.desk.on)
    if not change.desk.officers(agency):
        raise NoActiveOfficer


def _record_ruling(change: Change, agency: Agency, *, reason: str, resets_limit: bool, by: User) -> None:
    """Record the referral with the precedent that fitted the case best, whether it was followed or not."""
    offered = precedents.precedents_for([change.case], on=change.desk.on)[change.case.pk]
    Ruling.objects.create(
        case=change.case,
        event_id=change.event_id,
        agency=agency,
        text=reason,
        resets_limit=resets_limit,
        offered=offered[0] if offered else None,
        by=by,
        at=change.at,
    )


def archive(case: Case, *, by: User, at: datetime, reason: str) -> None:
    """Close a submission that is not a case, with a reason that the citizen reads."""
    with transition(case, Action.ARCHIVE, by=by, at=at) as change:
        Ruling.objects.create(case=case, event_id=change.event_id, text=reason, by=by, at=change.at)
        change.facts = {"words": change.fingerprint(reason)}
        change.set(closed_at=change.at, closed_by=by, outcome=Outcome.INADMISSIBLE)


# ---- Urgent cases: those whose text tells of danger to life or limb, until staff have looked and take the mark
# off.


def danger_sign(*, kind: str, subject: str, details: str, at: datetime) -> str:
    """Return the code of the danger sign in the words of a case, empty where there is none; praise has none.

    A sign that people added has its key for a code.
    """
    if kind == Kind.PRAISE:
        return ""
    reader = danger_reader(at=at)
    found = reader.find_danger(f"{subject}. {details}")
    return str(reader.signs[found.sign].code or found.sign) if found else ""


def danger_words(subject: str, details: str, *, at: datetime) -> str:
    """Return the words for which a case is urgent, as they were written; empty where none are found any more."""
    text = f"{subject}. {details}"
    found = danger_reader(at=at).find_danger(text)
    return " … ".join(as_written(text, found.words)) if found else ""


def clear_urgent(case: Case, *, by: User, at: datetime) -> None:
    """Take the mark off a case; raises ``NotEntitled`` where it has none."""
    with act(case, Action.CLEAR_URGENT, by=by, at=at) as change:
        change.set(is_urgent=False)
