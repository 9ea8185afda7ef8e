"""What others are asked about a case: directorates, the citizen, partners, supervisors, the leadership."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.contact import BY_EMAIL
from accounts.models import User
from accounts.roles import DESK, Role
from agencies.models import Agency, Directorate
from complaints.actions import decisions, recusals
from complaints.actions.classification import NoActiveOfficer
from complaints.actions.decisions import acting_on
from complaints.actions.notes import HeldByAnother
from complaints.attachments import uploads
from complaints.engine import holders, links, notices
from complaints.engine.change import Change, Fact
from complaints.engine.transition import NotEntitled, TransitionNotAllowed, act, transition
from complaints.models import (
    WITH_DIRECTORATE,
    Answer,
    AnswerState,
    Attachment,
    Case,
    Clock,
    Consultation,
    ConsultationState,
    Ending,
    Estimate,
    Explanation,
    Extension,
    ExtensionState,
    Note,
    Question,
    ReferralTask,
    TaskState,
)
from complaints.permissions import policy, readers, rulings
from complaints.workflow import Action, Actor, ClockKind, Holder
from complaints.workflow.refusals import ActionRefused

#: How long the link of a request is valid.
LINK_LIFE: Final = timedelta(days=30)


class NotOfTheAgency(ActionRefused):
    """The directorate belongs to another agency, or was abolished."""


class NotAsked(ActionRefused):
    """The request is over: the directorate has answered, it was revoked, or the case moved on."""


class Overtaken(Exception):
    """Somebody else of the directorate was first with a different reply."""


class ReasonMissing(ActionRefused):
    """A directorate that changes its estimate has to give a reason."""


def consult(
    case: Case,
    *,
    by: User,
    at: datetime,
    directorate: Directorate,
    text: str,
    language: str = "ar",
    attachments: Collection[Attachment] = (),
) -> Consultation:
    """Ask ``directorate`` of the case's agency for an estimate and a finding; it holds the case until it answers.

    ``attachments`` are unsaved rows that it reads with the request. A link goes to its e-mail address where it has one.
    Raises ``NotOfTheAgency``, and ``HeldByAnother`` while another directorate or a centre outside has the case.
    """
    with act(case, Action.CONSULT, by=by, at=at) as change:
        # Read again: it may have been abolished since the form was shown.
        if not Directorate.objects.filter(pk=directorate.pk, agency=case.agency_id, is_active=True).exists():
            raise NotOfTheAgency
        if holders.current_holder(case)[0] != Holder.AGENCY:
            raise HeldByAnother
        asked = _new_consultation(change, directorate, text, language=language, by=by)
        uploads.store(attachments, case=case, consultation=asked, event=change.event_id)
        change.facts = {
            "directorate": directorate.pk,
            "words": change.fingerprint(text),
            "files": len(attachments),
            "handed": str(links.channel_to(directorate)),
        }
        change.holder, change.directorate = Holder.DIRECTORATE, directorate
        links.owe(asked, at=change.at)
    return asked


def _new_consultation(change: Change, directorate: Directorate, text: str, *, language: str, by: User) -> Consultation:
    return Consultation.objects.create(
        case=change.case,
        directorate=directorate,
        text=text,
        language=language,
        asked_by=by,
        asked_at=change.at,
        expires_at=change.at + LINK_LIFE,
        event_id=change.event_id,
    )


def estimate(
    asked: Consultation, *, at: datetime, number: int, days: int, reason: str = "", by: User | None = None
) -> Estimate:
    """Record that the directorate needs ``days`` working days from ``at``; a changed estimate needs a ``reason``.

    ``number`` counts the estimates including this one, as shown on the writer's page: a repeated request with the same
    number returns the existing estimate, a different one raises ``Overtaken``. ``by`` is None for the signed link.
    Raises ``NotAsked`` and ``ReasonMissing``.
    """
    with transaction.atomic():
        _hold(asked)
        last = asked.estimates.last()
        if last is not None and last.number >= number:
            if (last.days, last.reason) == (days, reason):
                return last
            raise Overtaken
        _require_open(asked)
        if last is not None and not reason:
            raise ReasonMissing
        with act(asked.case, Action.ESTIMATE, by=by, at=at, through=Actor.DIRECTORATE) as change:
            given = asked.estimates.create(
                event_id=change.event_id, number=last.number + 1 if last else 1, days=days, reason=reason, at=change.at
            )
            asked.state, asked.days = ConsultationState.ESTIMATED, days
            asked.save(update_fields=["state", "days"])
            until = timezone.localdate(change.calendar.due(change.at, days))
            change.facts = {
                "days": days,
                "until": until.isoformat(),
                "words": change.fingerprint(reason),
                **_through(asked, by),
            }
    return given


def find(
    asked: Consultation,
    *,
    at: datetime,
    finding: str,
    signed_as: str,
    attachments: Collection[Attachment] = (),
    by: User | None = None,
) -> None:
    """Record the directorate's finding with the writer's name and files; the agency holds the case again.

    ``attachments`` are unsaved rows. Repeating the same finding is harmless; a different one raises ``Overtaken``.
    ``by`` is None for the signed link. Raises ``NotAsked`` once the request is over.
    """
    with transaction.atomic():
        _hold(asked)
        if asked.state == ConsultationState.FOUND:
            if (asked.finding, asked.signed_as) == (finding, signed_as):
                return
            raise Overtaken
        _require_open(asked)
        with act(asked.case, Action.FIND, by=by, at=at, through=Actor.DIRECTORATE) as change:
            asked.state, asked.ended_at = ConsultationState.FOUND, change.at
            asked.finding, asked.signed_as, asked.finding_event_id = finding, signed_as, change.event_id
            asked.save(update_fields=["state", "ended_at", "finding", "signed_as", "finding_event"])
            uploads.store(attachments, case=asked.case, consultation=asked)
            change.facts = {
                "words": change.fingerprint(finding, signed_as),
                "files": len(attachments),
                **_through(asked, by),
            }
            holders.give_back(change)


def revoke(case: Case, *, by: User, at: datetime) -> Consultation:
    """Revoke the request to a directorate: its link no longer opens anything.

    Raises ``TransitionNotAllowed`` when no directorate is asked.
    """
    with act(case, Action.REVOKE, by=by, at=at) as change:
        asked = holders.open_consultation(case)
        if asked is None:
            raise TransitionNotAllowed(Action.REVOKE, case)
        asked.state, asked.ended_at, asked.revoke_event_id = ConsultationState.REVOKED, change.at, change.event_id
        asked.save(update_fields=["state", "ended_at", "revoke_event"])
        links.cancel(case, at=change.at)
        holders.give_back(change)
    return asked


def _hold(asked: Consultation) -> None:
    """Lock the case, as every change of it does first, and reload ``asked``."""
    Case.objects.select_for_update(of=("self",)).get(pk=asked.case_id)
    asked.refresh_from_db(fields=["state", "days", "finding", "signed_as", "ended_at"])


def _through(asked: Consultation, by: User | None) -> dict[str, Fact]:
    """Return how the link was delivered, for a reply by link; empty for one with an account, which names the person."""
    return {"handed": str(links.link_delivery(asked))} if by is None else {}


def _require_open(asked: Consultation) -> None:
    if asked.state not in WITH_DIRECTORATE:
        raise NotAsked


# ---- The question to the citizen: ask, reply, lapse. ----


def ask(case: Case, *, by: User, at: datetime, text: str, attachments: Collection[Attachment] = ()) -> Question:
    """Ask the citizen one question; the clock of the holder is paused until the reply, at most ten working days.

    ``attachments`` are unsaved rows that the citizen sees with it.
    """
    with transition(case, Action.ASK, by=by, at=at) as change:
        question = Question.objects.create(
            case=case, event_id=change.event_id, text=text, asked_by=by, asked_at=change.at
        )
        uploads.store(attachments, case=case, event=change.event_id)
        change.facts = {"words": change.fingerprint(text), "files": len(attachments)}
    return question


def reply(case: Case, *, by: User, at: datetime, text: str, attachments: Collection[Attachment] = ()) -> None:
    """Answer the open question; the case goes back to the state it was asked in, and its clock runs again.

    ``attachments`` are unsaved rows that are stored with the answer. ``by`` may be an agent who wrote the answer down.
    """
    with transition(case, Action.REPLY, by=by, at=at) as change:
        question = _open_question(case, Action.REPLY)
        question.reply, question.replied_at, question.ended_at = text, change.at, change.at
        question.reply_event_id = change.event_id
        question.save(update_fields=["reply", "replied_at", "ended_at", "reply_event"])
        uploads.store(attachments, case=case, event=change.event_id)
        change.facts, change.said = {"words": change.fingerprint(text), "files": len(attachments)}, text


def lapse(case: Case, *, at: datetime) -> None:
    """End the question without a reply once the citizen's time is over; raises ``TransitionNotAllowed`` before that."""
    with transition(case, Action.LAPSE, by=None, at=at) as change:
        # By the clock, not by ``change.at``: an event dated ahead of it must not shorten the citizen's time.
        if case.deadline_at is None or at < case.deadline_at:
            raise TransitionNotAllowed(Action.LAPSE, case)
        question = _open_question(case, Action.LAPSE)
        question.ended_at, question.lapse_event_id = change.at, change.event_id
        question.save(update_fields=["ended_at", "lapse_event"])


def _open_question(case: Case, action: Action) -> Question:
    question = case.questions.filter(ended_at__isnull=True).first()
    if question is None:
        raise TransitionNotAllowed(action, case)
    return question


# ---- Why a case is late: the leadership of its agency asks, the desk answers. ----


class AskedAlready(ActionRefused):
    """The desk has not answered yet what it was asked."""


def ask_explanation(case: Case, *, by: User, at: datetime, text: str) -> Explanation:
    """Ask the desk why ``case`` is late; whoever has it and the supervisors get an e-mail. Raises ``AskedAlready``."""
    with transaction.atomic():
        with act(case, Action.ASK_EXPLANATION, by=by, at=at) as change:
            if readers.open_explanation(case) is not None or case.agency is None:
                raise AskedAlready
            asked = Explanation.objects.create(
                case=case,
                agency=case.agency,
                event_id=change.event_id,
                question=text,
                asked_by=by,
                asked_at=change.at,
            )
            change.facts = {"desk": case.agency_id, "words": change.fingerprint(text)}
        notices.tell_staff("officer_explain", _desk(change), change=change, by=BY_EMAIL)
    return asked


def explain(case: Case, *, by: User, at: datetime, text: str) -> Explanation:
    """Answer why ``case`` is late; who asked gets an e-mail. Raises ``TransitionNotAllowed`` if nobody asked."""
    with transaction.atomic():
        with act(case, Action.EXPLAIN, by=by, at=at) as change:
            asked = case.explanations.open().select_related("asked_by").get(agency=case.agency_id)
            asked.answer, asked.answered_by, asked.answered_at = text, by, change.at
            asked.answer_event_id = change.event_id
            asked.save(update_fields=["answer", "answered_by", "answered_at", "answer_event"])
            change.facts = {"desk": case.agency_id, "words": change.fingerprint(text)}
        notices.tell_staff("ladder_explained", [asked.asked_by], change=change, by=BY_EMAIL)
    return asked


def _desk(change: Change) -> list[User]:
    """Return who handles the case today and the supervisors, each once and without who asks."""
    supervisors = change.desk.on_level(Role.SUPERVISOR, change.case.agency)
    people = {user.pk: user for user in (*acting_on(change.case, change.at), *supervisors)}
    return [user for user in people.values() if change.by is None or user.pk != change.by.pk]


# ---- The second person's refusals: of a proposed extension, and of a proposed answer, each with a reason. ----


def refuse_extension(case: Case, *, by: User, at: datetime, reason: str) -> Extension:
    """Refuse the proposed date: the promise stays, the reason is kept as a note.

    Raises ``NothingProposed`` when there is none.
    """
    with act(case, Action.REFUSE_EXTENSION, by=by, at=at) as change:
        extension, is_first = decisions.proposed_extension(case)
        what, proposer = policy.actors(case, by, at=change.at), extension.proposed_by_id
        if not rulings.decides_on_date(case, what, proposer=proposer, is_first=is_first, at=change.at):
            raise NotEntitled
        extension.state, extension.decided_event_id = ExtensionState.DROPPED, change.event_id
        extension.save(update_fields=["state", "decided_event"])
        Note.objects.create(case=case, event_id=change.event_id, text=reason, by=by, at=change.at)
        change.facts = {"desk": case.agency_id, "words": change.fingerprint(reason)}
    return extension


def send_back(case: Case, *, by: User, at: datetime, reason: str) -> Answer:
    """Send the proposed answer back to be rewritten; the reason is kept as a note.

    Raises ``NothingProposed`` without one and ``NotEntitled`` for its own writer, who can rewrite it instead.
    """
    with act(case, Action.SEND_BACK, by=by, at=at) as change:
        answer = decisions.proposed_answer(case)
        if not rulings.may_sign(policy.actors(case, by, at=change.at), by, writer=answer.written_by_id):
            raise NotEntitled
        answer.state, answer.taken_back_event_id = AnswerState.TAKEN_BACK, change.event_id
        answer.save(update_fields=["state", "taken_back_event"])
        Note.objects.create(case=case, event_id=change.event_id, text=reason, by=by, at=change.at)
        change.facts = {"desk": case.agency_id, "words": change.fingerprint(reason)}
    return answer


# ---- Partner tasks: ask another agency for its part of a case, answer it, drop it, while the leading agency
# goes on.


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
