"""What is pending on a case: an answer to sign, a later date, an outside centre, partner tasks, a delay to explain."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from complaints.models import (
    Answer,
    AnswerState,
    Case,
    CaseQuerySet,
    Explanation,
    Extension,
    ExtensionState,
    Handover,
    ReferralTask,
    TaskState,
)


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
