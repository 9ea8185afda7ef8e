"""Asks, once and some days after the closing, whoever has not said whether the answer helped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef

from complaints.engine import notices, rating_links
from complaints.models import Case, CaseQuerySet, Confirmation, ConfirmationOf
from complaints.permissions.ratings import rating_window
from complaints.workflow import NOT_RATED, Kind, State
from notifications import outbox
from notifications.models import Message
from notifications.periodic import RowRun

TASK: Final = "complaints.ask_for_ratings"
#: For so long one run works at a backlog; the next begins where it ended.
DRAIN_SECONDS: Final = 50.0
MOST_QUESTIONS: Final = 2000
#: Who should have been asked longer ago than this is not asked any more: the answer is forgotten by then.
CATCH_UP: Final = timedelta(days=4)


def ask(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """Owe the question about every closing whose citizen has been silent for RATING_QUESTION_DAYS; return how many.

    Not about what is withdrawn, reopened, disputed or rated. Safe to run twice and at the same time: each closing has
    one occasion.
    """
    if not settings.RATING_QUESTION_DAYS:
        return 0
    run, asked, until = RowRun(TASK, "case", at=at), 0, monotonic() + seconds
    silent = run.without_waiting(_silent(at)).order_by("closed_at", "pk").values_list("pk", flat=True)
    for pk in list(silent[:MOST_QUESTIONS]):
        if monotonic() > until:
            break
        with run.row(pk):
            asked += ask_about(pk, at=at)
    return asked


def _silent(at: datetime) -> CaseQuerySet:
    due = at - timedelta(days=settings.RATING_QUESTION_DAYS)
    asked = Message.objects.filter(
        reference=OuterRef("reference"), template=rating_links.TEMPLATE, created_at__gt=OuterRef("closed_at")
    )
    closed = Case.objects.filter(state=State.CLOSED, closed_at__lte=due, closed_at__gt=due - CATCH_UP)
    rated = closed.exclude(kind=Kind.PRAISE).exclude(outcome__in=NOT_RATED).filter(~Exists(asked))
    return rated.annotate(confirmation=ConfirmationOf()).filter(confirmation=Confirmation.UNANSWERED)


def ask_about(pk: int, *, at: datetime) -> bool:
    """Owe the question about the closing of a case, in the caller's transaction; tell whether one was owed.

    The case and its citizen are locked: who rates or objects meanwhile is not asked, and a new address counts.
    """
    silent = Case.objects.locked().annotate(confirmation=ConfirmationOf())
    case = silent.filter(pk=pk, state=State.CLOSED, confirmation=Confirmation.UNANSWERED).first()
    window = rating_window(case) if case else None
    if case is None or window is None or not window.is_open(at=at):
        return False
    # Nobody is telephoned, and nobody woken, for a question that need not be answered.
    question = replace(notices.to_citizen(rating_links.TEMPLATE, case=case, on=None), must_reach=False, daytime=True)
    occasion = rating_links.occasion(window.closing.pk)
    return bool(outbox.owe([question], occasion=occasion, at=at, expires_at=window.until))
