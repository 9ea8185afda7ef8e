"""The closings whose answer was sent although the judgement of answers had challenged it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count, QuerySet

from accounts.models import User
from agencies.models import Agency
from complaints.models import Answer, Case
from complaints.models.texts import AnswerState
from reports.models import AuditItem
from reports.periods import ReportPeriod


def challenged_answers(user: User, period: ReportPeriod, *, at: datetime) -> QuerySet[Answer]:
    """Return the challenged answers given in ``period`` on cases that ``user`` may open, the newest first."""
    sent = Answer.objects.filter(
        state=AnswerState.GIVEN,
        given_at__gte=period.starts_at,
        given_at__lt=period.ends_at,
        case__in=Case.objects.visible_to(user, at=at),
    ).exclude(challenge="")
    return sent.select_related("case", "agency").order_by("-given_at", "-pk")


def counts_by_agency(answers: QuerySet[Answer]) -> list[tuple[str, int]]:
    """Return the names of the agencies of ``answers`` with their counts, the most first: two statements."""
    rows = answers.order_by().values("agency").annotate(number=Count("pk")).order_by("-number", "agency")
    counts = {row["agency"]: row["number"] for row in rows}
    agencies = Agency.objects.in_bulk(counts)
    return [(agencies[key].name, number) for key, number in counts.items()]


def verdicts_on(answers: list[Answer]) -> Mapping[int, str]:
    """Return the verdict of the audit by the key of the answer, for those that have one; one statement."""
    items = AuditItem.objects.filter(answer__in=answers).exclude(verdict="").select_related(None)
    return {item.answer_id: item.get_verdict_display() for item in items if item.answer_id}
