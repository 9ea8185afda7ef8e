"""What waits for a decision of somebody else: which agency owns a case, partner tasks, a second person's approval."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from accounts.models import User, supervisors_of
from accounts.roles import CMU, DESK, Role
from agencies.models import Agency
from complaints.clocks import clockwork
from complaints.models import (
    Answer,
    AnswerState,
    Case,
    CaseQuerySet,
    Clock,
    Explanation,
    Extension,
    ExtensionState,
    Handover,
    ReferralTask,
    TaskState,
)
from complaints.workflow import SIGNERS, UNDOABLE, Action, Actor, Kind, State
from complaints.workflow.refusals import ActionRefused
from kit.compiled_reads import CompiledRead
from kit.statements import Condition, Statement, one_line

# ---- The partner tasks of a case: which are open, of which agencies, and when they are due. ----


@dataclass(frozen=True)
class DatedPartnerTask:
    """One partner task with the moment its answer is due."""

    task: ReferralTask
    due_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether the agency's answer is still missing."""
        return self.task.state == TaskState.OPEN


def open_tasks(case: Case) -> QuerySet[ReferralTask]:
    """Return the unanswered tasks of ``case`` with their agencies; while there is one, the case cannot be closed."""
    return case.tasks.filter(state=TaskState.OPEN).select_related("agency")


def tasks_for(case: Case, user: User, *, at: datetime) -> list[ReferralTask]:
    """Return the open tasks of ``case`` that ``user`` may answer: one, unless they work at several desks."""
    return list(open_tasks(case).filter(agency__in=user.authority(at).agencies(DESK)))


def all_with_due_dates(case: Case) -> list[DatedPartnerTask]:
    """Return all partner tasks of ``case`` in the order they were added, in one statement."""
    return [DatedPartnerTask(task, task.due_at) for task in _DATED.rows(None, {"case": case}, case=case.pk)]


def _dated(_shape: None, *, case: int) -> QuerySet[ReferralTask, Any]:
    clocks = Clock.objects.filter(task=OuterRef("pk")).order_by("-started_at", "-pk")
    tasks = ReferralTask.objects.filter(case=case).annotate(due_at=Subquery(clocks.values("due_at")[:1]))
    return tasks.select_related("agency", "asked_by", "ended_by")


_DATED: Final = CompiledRead(_dated, is_prepared=True)


class AgencyEnded(ActionRefused):
    """The agency has been merged or abolished: nothing new can go to it."""


def bounces_before_ruling() -> int:
    """Return after how many bounces the unit decides which agency owns a case."""
    return clockwork.bounces_before_ruling()


def needs_ruling(case: Case) -> bool:
    """Tell whether the next referral of ``case`` is a ruling, which needs a reason."""
    return case.bounces >= bounces_before_ruling()


def is_bound(case: Case) -> bool:
    """Tell whether a ruling gave ``case`` to its agency, which then can neither decline nor return it.

    Every bounce leads to triage, and only a referral by the unit leads out of it: the one after the last allowed
    bounce is the ruling.
    """
    return case.agency_id is not None and needs_ruling(case)


def has_ended(agency: Agency, *, on: date) -> bool:
    """Tell whether ``agency`` was merged or abolished before a day."""
    return agency.ends_on is not None and agency.ends_on < on


def require_existing(agency: Agency, *, on: date) -> None:
    """Raise ``AgencyEnded`` if the database has ``agency`` as merged or abolished before ``on``."""
    if Agency.objects.filter(pk=agency.pk, ends_on__lt=on).exists():
        raise AgencyEnded


# ---- texts for the page of a case ----


def blockers(case: Case, action: str) -> list[str]:
    """Return why ``action`` is not possible on ``case`` although its state allows it, for staff; often empty."""
    if case.kind == Kind.PRAISE and action in {Action.ACCEPT, Action.CLOSE}:
        return [gettext("Praise needs no confirmation of responsibility and no answer: pass it on.")]
    if action in {Action.DECLINE, Action.RETURN} and is_bound(case):
        return [ruling_binds_text()]
    if action == Action.UNDO and case.last_action in UNDOABLE:
        return [gettext("The time in which this could be undone is over: its messages are sent, or about to be.")]
    if action == Action.CLOSE and case.state == State.WAITING:
        return [gettext("This case cannot be closed yet: the citizen has not answered the question.")]
    if action == Action.CLOSE:
        return [missing_answer_text(part) for part in all_with_due_dates(case) if part.is_open]
    return []


def ruling_binds_text() -> str:
    """Return the sentence that a ruling of the unit binds the agency."""
    most = bounces_before_ruling()
    words = ngettext(
        "This case was sent back %(count)s time, and the CMU then decided which agency is responsible. The decision is "
        "binding: the case can neither be declined nor returned.",
        "This case was sent back %(count)s times, and the CMU then decided which agency is responsible. The decision "
        "is binding: the case can neither be declined nor returned.",
        most,
    )
    return words % {"count": most}


def missing_answer_text(part: DatedPartnerTask) -> str:
    """Return the sentence that a case cannot be closed while the answer to the task ``part`` is missing."""
    words = gettext("This case cannot be closed yet: %(agency)s has not answered.")
    return words % {"agency": part.task.agency.name}


# ---- agencies that ended while their cases were open ----


# ---- What is pending on a case: an answer to sign, a later date, an outside centre, partner tasks, a delay to
# explain.


@dataclass(frozen=True)
class Pending:
    """What is pending: who wrote the proposed answer and who proposed the later date, None where there is none."""

    answer_writer: UUID | None
    extension_proposer: UUID | None
    extension_was_granted: bool
    is_handed_over: bool
    has_open_tasks: bool
    is_to_explain: bool


def with_pending(cases: CaseQuerySet) -> CaseQuerySet:
    """Annotate ``cases`` with the values that ``pending`` reads."""
    answers = Answer.objects.filter(case=OuterRef("pk"), state=AnswerState.PROPOSED)
    extensions = Extension.objects.filter(case=OuterRef("pk"))
    tasks = ReferralTask.objects.filter(case=OuterRef("pk"), state=TaskState.OPEN)
    return cases.annotate(
        answer_writer=Subquery(answers.values("written_by")[:1]),
        extension_proposer=Subquery(extensions.filter(state=ExtensionState.PROPOSED).values("proposed_by")[:1]),
        extension_was_granted=Exists(extensions.filter(state=ExtensionState.GRANTED)),
        is_handed_over=Exists(Handover.objects.filter(case=OuterRef("pk"), ended_at__isnull=True)),
        has_open_tasks=Exists(tasks),
        is_to_explain=Exists(Explanation.objects.open().filter(case=OuterRef("pk"), agency=OuterRef("agency"))),
    )


def pending(case: Case) -> Pending:
    """Return what is pending on ``case``, which was loaded by ``with_pending``."""
    return Pending(*(getattr(case, name) for name in Pending.__dataclass_fields__))


# ---- The second person: a supervisor of the agency, or the unit where the agency has no other supervisor
# today.
#
# The day of the decision counts, not that of the proposal: a supervisor who is away delays nothing, and one who is
# back decides again.


def has_no_other_supervisor(case: Case, first: UUID | None, *, at: datetime) -> bool:
    """Tell whether no supervisor of the case's agency other than ``first``, who proposes, could decide at ``at``.

    Nobody decides on a case they filed themselves; a deputy of an absent supervisor does decide.
    """
    if case.agency is None:
        return False
    people = {f"recused_{place}": who for place, who in enumerate(sorted(case.recused))}
    if first is not None:
        people["first"] = first
    return not _ANY_OTHER.rows(agency=case.agency.pk, citizen=case.citizen_id, on=timezone.localdate(at), **people)


def other_supervisors(case: Case, first: UUID, *, at: datetime) -> Sequence[User]:
    """Return the supervisors of the agency of ``case`` who could decide at ``at`` on what ``first`` proposes."""
    if case.agency is None:
        return ()
    on = timezone.localdate(at)
    return list(_others(agency=case.agency.pk, citizen=case.citizen_id, on=on, first=first, recused=case.recused))


def _others(
    *, agency: int, citizen: UUID, on: date, first: UUID | None, recused: Collection[UUID]
) -> QuerySet[User, User]:
    # Not ``exclude``: where no person is linked, SQL would leave everybody out.
    others = Q(person__isnull=True) | ~Q(person=citizen)
    people = supervisors_of(Agency(pk=agency), on, exclude=recused).filter(others)
    return people.exclude(pk=first) if first else people


def _any_other(
    _shape: None, *, agency: int, citizen: UUID, on: date, first: UUID | None = None, **recused: UUID
) -> QuerySet[User, Any]:
    found = _others(agency=agency, citizen=citizen, on=on, first=first, recused=list(recused.values()))
    return found.values_list("pk", flat=True)[:1]


_ANY_OTHER: Final = CompiledRead(_any_other)


def decides_on_date(case: Case, what: frozenset[Actor], *, proposer: UUID | None, is_first: bool, at: datetime) -> bool:
    """Tell whether somebody with the relations ``what`` to ``case`` decides on the date that ``proposer`` proposed.

    The supervisor decides on the first extension, and the unit on all others, also on the first where there is no
    other supervisor.
    """
    if is_first and Actor.SUPERVISOR in what:
        return True
    return Actor.CMU in what and (not is_first or has_no_other_supervisor(case, proposer, at=at))


def may_grant_date(
    case: Case, what: frozenset[Actor], user: User, *, proposer: UUID | None, is_first: bool, at: datetime
) -> bool:
    """Tell whether ``user``, with the relations ``what`` to ``case``, may grant the date that ``proposer`` proposed.

    Nobody grants their own proposal: a deputy with the supervisor's role who proposed it is no second person.
    """
    return proposer != user.pk and decides_on_date(case, what, proposer=proposer, is_first=is_first, at=at)


def may_sign(what: frozenset[Actor], user: User, *, writer: UUID | None) -> bool:
    """Tell whether ``user``, with the relations ``what`` to a case, may sign or send back the answer of ``writer``.

    False where nobody proposed one.
    """
    return writer not in {None, user.pk} and bool(SIGNERS & what)


def awaits_unit_signature(case: Case, *, at: datetime) -> bool:
    """Tell whether a proposed answer needs a signature that nobody at the agency of ``case`` can give today."""
    if not case.needs_second_signature:
        return False
    writer = case.answers.filter(state=AnswerState.PROPOSED).values_list("written_by", flat=True).first()
    return writer is not None and has_no_other_supervisor(case, writer, at=at)


# ---- What waits for somebody's own decision: proposals to sign or grant, objections, cases no agency takes. ----


_FOLDER: Final = Path(__file__).parent
_SUPERVISOR: Final = frozenset({Role.SUPERVISOR})


class Matter(models.TextChoices):
    """What is to be decided."""

    DATE = "date", _("Later date to decide")
    ANSWER = "answer", _("Answer to sign")
    OBJECTION = "objection", _("Objection to decide")
    OWNER = "owner", _("Binding referral to decide")


class Waiting(NamedTuple):
    """A case with something to decide."""

    case_id: int
    matter: str


class DeciderCount(NamedTuple):
    """How many cases wait for a supervisor."""

    decider: UUID
    number: int


_WAITING: Final = one_line(_FOLDER / "to_decide.sql")
_OF_PERSON: Final = one_line(_FOLDER / "to_decide_of.sql").replace("{waiting}", _WAITING)
_EACH: Final = one_line(_FOLDER / "to_decide_each.sql")
_AMONG: Final = Statement(_FOLDER / "to_decide_among.sql", Waiting)
_COUNTS: Final = Statement(_FOLDER / "to_decide_counts.sql", DeciderCount)


def decides_on_proposals(user: User, *, at: datetime) -> bool:
    """Tell whether anything can wait for the decision of ``user``: a supervisor, or one of the unit."""
    authority = user.authority(at)
    return authority.has(CMU) or bool(authority.agencies(_SUPERVISOR))


def to_decide(user: User, *, at: datetime) -> Condition:
    """Return the condition for the cases that wait for a decision of ``user``, among those at their desk.

    It says what ``policy`` and the second person rules above allow, in one statement; a test compares them.
    """
    found = _of_person(user, at=at)
    return Condition(f"complaints_case.id IN (SELECT case_id FROM ({found.text}) AS to_decide)", found.values)  # noqa: S608 - text of ours


def each_to_decide(user: User, *, at: datetime) -> Condition:
    """Return a statement for the keys of the same cases, each once, which a count with a limit can end early."""
    found = _of_person(user, at=at)
    return Condition(_EACH.replace("{of_person}", found.text), found.values)


def matters(user: User, keys: Collection[int], *, at: datetime) -> Mapping[int, Matter]:
    """Return what ``user`` has to decide on each of the cases ``keys``; one statement, none without keys."""
    rows = _AMONG.prepared_rows({"of_person": _of_person(user, at=at)}, keys=list(keys)) if keys else ()
    return {row.case_id: Matter(row.matter) for row in rows}


def supervisors_who_decide(*, at: datetime) -> Mapping[UUID, int]:
    """Return how many cases wait for each supervisor, by their key; one statement."""
    return {row.decider: row.number for row in _COUNTS.rows({"waiting": Condition(_WAITING, _moment(at))})}


def _of_person(user: User, *, at: datetime) -> Condition:
    return Condition(_OF_PERSON, {**_moment(at), "decider": user.pk, "is_unit": user.authority(at).has(CMU)})


def _moment(at: datetime) -> dict[str, object]:
    return {"today": timezone.localdate(at), "bounces": bounces_before_ruling()}
