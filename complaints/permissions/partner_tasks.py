"""The partner tasks of a case: which are open, of which agencies, and when they are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User
from accounts.roles import DESK
from complaints.models import Case, Clock, ReferralTask, TaskState
from kit.compiled_reads import CompiledRead


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
