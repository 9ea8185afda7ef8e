"""Calls that the centre makes unasked: to people who leave a question open, and to some who do not rate an answer."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Case as Cases, Exists, OuterRef, Q, QuerySet, When
from django.db.models.functions import Random
from django.utils import timezone

from complaints.engine import rating_links
from complaints.models import Case, Confirmation, ConfirmationOf, Question
from complaints.workflow import State
from notifications import actions
from notifications.models import CallTask, Message, MessageState
from notifications.periodic import RowRun

TASK: Final = "complaints.plan_calls"
REMINDER: Final = "case_reminder"
#: Whoever was written to has so long to answer before somebody calls.
PATIENCE: Final = timedelta(days=1)
#: Messages older than this lead to no call any more.
LONGEST: Final = timedelta(days=20)
#: An agent who took the answer down comes back to the page of the call within this time.
UNDER_WAY: Final = timedelta(hours=1)


def plan(*, at: datetime) -> int:
    """Add the calls of the day and drop those that became needless; return how many were added.

    At most REMINDER_CALLS and SATISFACTION_CALLS are added a day; whom to ask how it went is drawn by lot, after those
    whom the question did not reach. Safe to run twice and at the same time: a message leads to one call.
    """
    _needless(at).delete()
    run, added = RowRun(TASK, "message", at=at), 0
    for template, silent, most in (
        (REMINDER, _reminded(at), settings.REMINDER_CALLS),
        (rating_links.TEMPLATE, _unrated(at), settings.SATISFACTION_CALLS),
    ):
        left = max(most - _added_today(template, at), 0)
        for message in list(run.without_waiting(silent)[:left]):
            with run.row(message.pk):
                added += actions.make(message, at=at)
    return added


def _added_today(template: str, at: datetime) -> int:
    morning = datetime.combine(timezone.localdate(at), time(), tzinfo=timezone.get_current_timezone())
    return CallTask.objects.filter(message__template=template, made_at__gte=morning).count()


# ---- who is silent ----


def _reminded(at: datetime) -> QuerySet[Message]:
    """Return the reminders of questions that are still open, those that end first in front."""
    return _uncalled(REMINDER, at).filter(_question_open(), created_at__lte=at - PATIENCE).order_by("created_at", "pk")


def _unrated(at: datetime) -> QuerySet[Message]:
    """Return the questions how it went that nobody answered: those that did not arrive, then the others by lot."""
    is_lost = Q(state=MessageState.UNDELIVERABLE)
    silent = _uncalled(rating_links.TEMPLATE, at).filter(
        is_lost | Q(created_at__lte=at - PATIENCE), _closing_unrated(at)
    )
    return silent.order_by(Cases(When(is_lost, then=0), default=1), Random())


def _uncalled(template: str, at: datetime) -> QuerySet[Message]:
    """Return the messages of a template that led to no call, and whose case has none to be made."""
    to_make = CallTask.objects.filter(done_at__isnull=True, message__reference=OuterRef("reference"))
    repeated = CallTask.objects.filter(message__repeats=OuterRef("pk"))
    found = Message.objects.filter(template=template, created_at__gt=at - LONGEST, repeats=None, call_task=None)
    return found.exclude(state=MessageState.CANCELLED).filter(~Exists(to_make), ~Exists(repeated))


def _question_open(message: str = "") -> Exists:
    """Tell whether the question that the message at the path ``message`` reminds of is open."""
    return Exists(
        Question.objects.filter(
            case__reference=OuterRef(f"{message}reference"),
            case__state=State.WAITING,
            ended_at__isnull=True,
            asked_at__lt=OuterRef(f"{message}created_at"),
        )
    )


def _closing_unrated(at: datetime, message: str = "") -> Exists:
    """Tell whether the closing that the message at the path ``message`` asks about may be rated, and is not."""
    closed = Case.objects.annotate(confirmation=ConfirmationOf()).filter(
        reference=OuterRef(f"{message}reference"),
        state=State.CLOSED,
        closed_at__gt=at - timedelta(days=settings.RATING_OPEN_DAYS),
        closed_at__lt=OuterRef(f"{message}created_at"),
        confirmation=Confirmation.UNANSWERED,
    )
    return Exists(closed)


def _needless(at: datetime) -> QuerySet[CallTask]:
    """Return the calls to make to people who have meanwhile answered, or need not answer any more."""
    moving = Case.objects.filter(reference=OuterRef("message__reference"), changed_at__gt=at - UNDER_WAY)
    to_make = CallTask.objects.filter(~Exists(moving), done_at__isnull=True)
    reminders = Q(message__template=REMINDER) & ~Q(_question_open("message__"))
    ratings = Q(message__template=rating_links.TEMPLATE) & ~Q(_closing_unrated(at, "message__"))
    return to_make.filter(reminders | ratings)
