"""What of a case waits for somebody: an answer for its signature, a later date, an outside centre, partner tasks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from complaints.models import (
    Answer,
    AnswerState,
    Case,
    CaseQuerySet,
    Extension,
    ExtensionState,
    Handover,
    ReferralTask,
    TaskState,
)


@dataclass(frozen=True)
class Pending:
    """What of a case waits: who wrote the proposed answer and who proposed the later date, None without one."""

    answer_writer: UUID | None
    extension_proposer: UUID | None
    extension_was_granted: bool
    is_handed_over: bool
    has_open_tasks: bool


def with_pending(cases: CaseQuerySet) -> CaseQuerySet:
    """Annotate ``cases`` with what ``pending`` returns."""
    answers = Answer.objects.filter(case=OuterRef("pk"), state=AnswerState.PROPOSED)
    extensions = Extension.objects.filter(case=OuterRef("pk"))
    tasks = ReferralTask.objects.filter(case=OuterRef("pk"), state=TaskState.OPEN)
    return cases.annotate(
        answer_writer=Subquery(answers.values("written_by")[:1]),
        extension_proposer=Subquery(extensions.filter(state=ExtensionState.PROPOSED).values("proposed_by")[:1]),
        extension_was_granted=Exists(extensions.filter(state=ExtensionState.GRANTED)),
        is_handed_over=Exists(Handover.objects.filter(case=OuterRef("pk"), ended_at__isnull=True)),
        has_open_tasks=Exists(tasks),
    )


def pending(case: Case) -> Pending:
    """Return what waits on ``case``, which comes from ``with_pending``."""
    return Pending(*(getattr(case, name) for name in Pending.__dataclass_fields__))
