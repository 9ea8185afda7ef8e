"""What ends or begins when a time is over: questions, drafts, known problems; and the asking for ratings, and calls."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from time import monotonic
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Case as Either, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Random
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import pgettext

from accounts.contact import citizen_key, contact_channel
from accounts.models import Identity
from complaints import unsent_forms
from complaints.actions import lapse
from complaints.actions.links import TELLING
from complaints.attachments import responses, uploads
from complaints.clocks import clockwork
from complaints.engine import links, notices
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import (
    Case,
    CaseQuerySet,
    CentreContact,
    Clock,
    Confirmation,
    ConfirmationOf,
    ContactResult,
    Draft,
    LegalHold,
    ProblemJoin,
    Question,
    ReadMark,
)
from complaints.permissions.policy import rating_window
from complaints.workflow import NOT_RATED, ClockKind, Kind, State
from notifications import actions, outbox
from notifications.models import CallTask, Message, MessageState
from notifications.outbox import Notice
from notifications.periodic import RowRun

logger = logging.getLogger(__name__)

#: The tasks, by which failing rows are named.
SWEEP_CLOCKS, DISCARD_DRAFTS = "complaints.sweep_clocks", "complaints.discard_drafts"
#: For so long one run works at a backlog; the next begins after a minute.
DRAIN_SECONDS = 50.0
#: Questions read at once, times to object ended in one statement, and drafts and read marks deleted in one run.
MOST_QUESTIONS, MOST_WINDOWS, MOST_DRAFTS, MOST_MARKS = 20_000, 2000, 200, 2000
#: How long a draft waits for its owner; the privacy page says so.
DRAFT_LIFE = timedelta(days=7)
#: How long an agent can go on with a contact that was not ended.
CONTACT_LIFE = timedelta(hours=2)
#: The same for a visitor who has not signed in: whoever holds the phone can open it.
VISITOR_DRAFT_LIFE = timedelta(hours=24)


def lapse_overdue(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """Let every question lapse whose time was over at ``at``, for so many ``seconds``; return how many did.

    Safe to run twice and at the same time: several runs share a backlog. A case that is locked is left to the next run.
    """
    run, lapsed, until = RowRun(SWEEP_CLOCKS, "case", at=at), 0, monotonic() + seconds
    overdue = run.without_waiting(Case.objects.filter(state=State.WAITING, deadline_at__lte=at))
    # Many times end at the close of the same day: those are done in the order of their numbers.
    overdue = overdue.order_by("deadline_at", "pk")
    for pk in list(overdue.values_list("pk", flat=True)[:MOST_QUESTIONS]):
        if monotonic() > until:
            break
        with run.row(pk):
            lapsed += _lapse(pk, at)
    return lapsed


def _lapse(pk: int, at: datetime) -> bool:
    waiting = Case.objects.filter(pk=pk, state=State.WAITING, deadline_at__lte=at)
    case = waiting.select_for_update(skip_locked=True).defer("folded", "search_vector").first()
    if case is None:
        return False
    try:
        lapse(case, at=at)
    except TransitionNotAllowed:
        # The question was answered, although the state says otherwise: nothing ends.
        logger.info("a question did not lapse", extra={"case_id": pk})
        return False
    return True


def end_windows(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """End the times to object that were over at ``at``, for so many ``seconds``; return how many ended.

    Nobody owed anything, so no history records it; the open clocks are again those of which somebody owes something.
    """
    ended, until = 0, monotonic() + seconds
    over = Clock.objects.filter(
        kind=ClockKind.MAY_OBJECT, ended_at__isnull=True, paused_at__isnull=True, due_at__lt=at
    ).order_by("due_at")
    while monotonic() < until:
        with transaction.atomic():
            keys = list(over.select_for_update(skip_locked=True).values_list("pk", flat=True)[:MOST_WINDOWS])
            ended += clockwork.end_unused(Clock.objects.filter(pk__in=keys))
        if len(keys) < MOST_WINDOWS:
            break
    return ended


def discard_drafts(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """Delete the drafts that were over at ``at``, with their files, for so many ``seconds``; return how many.

    Citizens' drafts wait for seven days after the last change, those of visitors for twenty-four hours. What was typed
    into other forms and not sent goes after seven days too, and so do files that arrive in pieces and were left alone,
    and those prepared for answers that were never sent; read marks go after a fortnight.
    """
    run, until = RowRun(DISCARD_DRAFTS, "draft", at=at), monotonic() + seconds
    count = _repeated(partial(_discard_some, run), MOST_DRAFTS, until=until)
    with run.row("contacts"):
        end_contacts(at=at)
    _repeated(partial(uploads.drop_old, at=at), uploads.MOST_DROPPED, until=until)
    _repeated(partial(responses.drop_old, at=at), responses.MOST_DROPPED, until=until)
    with run.row("unsent forms"):
        count += _repeated(partial(unsent_forms.delete_expired, at=at, most=MOST_DRAFTS), MOST_DRAFTS, until=until)
    with run.row("read marks"):
        _repeated(partial(_forget_marks, at=at), MOST_MARKS, until=until)
    return count


def _forget_marks(*, at: datetime) -> int:
    """Delete read marks that tell nothing any more; return how many."""
    old = ReadMark.objects.outdated(at=at).values_list("pk", flat=True)[:MOST_MARKS]
    deleted, _by_model = ReadMark.objects.filter(pk__in=list(old)).delete()
    return deleted


def end_contacts(*, at: datetime) -> int:
    """End the contacts that their agents left open: their telephone numbers go; return how many ended. Idempotent.

    Nobody knows how long they lasted, so that they end with the moment they began.
    """
    helped = When(~Q(reference=""), has_helped=True, then=Value(ContactResult.HELPED))
    told = When(~Q(reference=""), then=Value(ContactResult.TOLD))
    cut_off = When(draft__isnull=False, then=Value(ContactResult.DROPPED))
    became = Either(helped, told, cut_off, default=Value(ContactResult.NOTHING))
    left = CentreContact.objects.filter(ended_at=None, started_at__lt=at - CONTACT_LIFE)
    return left.update(ended_at=F("started_at"), phone=None, result=became)


def _discard_some(run: RowRun) -> int:
    """Delete the oldest drafts that are over; return how many there were, with those that could not be deleted."""
    over = Q(citizen=None, updated_at__lt=run.at - VISITOR_DRAFT_LIFE) | Q(updated_at__lt=run.at - DRAFT_LIFE)
    old = list(run.without_waiting(Draft.objects.filter(over)).order_by("updated_at")[:MOST_DRAFTS])
    for draft in old:
        with run.row(draft.pk):
            uploads.discard(draft)
    return len(old)


def _repeated(delete: Callable[[], int], most: int, *, until: float) -> int:
    """Delete in batches of ``most`` until one is not full, or it is time to end; return how many were deleted."""
    count = 0
    while monotonic() < until:
        deleted = delete()
        count += deleted
        if deleted < most:
            break
    return count


def last_day(draft: Draft) -> date:
    """Return the last day on which a draft waits for its writer, if nothing is changed until then."""
    life = DRAFT_LIFE if draft.citizen_id else VISITOR_DRAFT_LIFE
    return timezone.localdate(draft.updated_at + life)


# ---- Tells everybody who joined a known problem that it is over, and forgets some time later who they were. ----


TASK: Final = TELLING
TEMPLATE: Final = "problem_over"
#: For so long one run works at a backlog; the next begins where it ended.
PROBLEM_ENDS_DRAIN_SECONDS: Final = 50.0
MOST_TOLD: Final = 5000
#: For so long it is kept who joined a problem that is over.
REMEMBERED: Final = timedelta(days=90)


def sweep(*, at: datetime, seconds: float = PROBLEM_ENDS_DRAIN_SECONDS) -> int:
    """Owe whoever joined a problem that is over the message that says so; return how many.

    Safe to run twice and at the same time: each problem and person has one occasion. Forgets who joined what ended
    longer ago than ``REMEMBERED``.
    """
    _forget(at)
    run, told, until = RowRun(TASK, "problem_join", at=at), 0, monotonic() + seconds
    over = ProblemJoin.objects.filter(told_at=None, problem__ends_at__lte=at).order_by("problem", "pk")
    for pk in list(run.without_waiting(over).values_list("pk", flat=True)[:MOST_TOLD]):
        if monotonic() > until:
            break
        with run.row(pk):
            told += tell(pk, at=at)
    return told


def _forget(at: datetime) -> None:
    """Forget who joined what ended long ago, but for people on whom a legal hold is set."""
    held = LegalHold.objects.filter(citizen=OuterRef("citizen"), lifted_at=None)
    told = ProblemJoin.objects.filter(~Exists(held), told_at__lte=at - REMEMBERED, citizen__isnull=False)
    told.update(citizen=None)


def tell(pk: int, *, at: datetime) -> bool:
    """Owe one person the message, in the caller's transaction; tell whether one was owed. Locks the row."""
    rows = ProblemJoin.objects.select_for_update(of=("self",)).select_related("problem__agency", "citizen")
    join = rows.filter(pk=pk, told_at=None).first()
    if join is None or join.citizen is None:
        return False
    join.told_at = at
    join.save(update_fields=["told_at"])
    # A merged record of the same person has joined by its other one; nobody is told twice.
    if join.citizen.identity == Identity.MERGED:
        return False
    return bool(outbox.owe([_notice(join)], occasion=f"problem:{join.problem_id}", at=at))


def _notice(join: ProblemJoin) -> Notice:
    if join.citizen is None:
        raise ValueError(join.pk)
    way, agency = contact_channel(join.citizen), join.problem.agency
    with translation.override(way.language):
        context = {
            "agency": agency.short_name if agency else pgettext("sender of a message", "The unit"),
            "url": f"{settings.PUBLIC_URL}{reverse('known-problem', args=[join.problem_id])}",
        }
    return Notice(
        template=TEMPLATE,
        channel=way.channel,
        recipient=citizen_key(join.citizen.pk),
        address=way.address,
        other_address=way.other_address,
        language=way.language,
        context=context,
        # Nobody is woken, and nobody telephoned, because a disruption is over.
        daytime=True,
    )


# ---- Asks, once and some days after the closing, whoever has not said whether the answer helped. ----


RATING_QUESTIONS_TASK: Final = "complaints.ask_for_ratings"
#: For so long one run works at a backlog; the next begins where it ended.
RATING_QUESTIONS_DRAIN_SECONDS: Final = 50.0
RATING_QUESTIONS_MOST_QUESTIONS: Final = 2000
#: Who should have been asked longer ago than this is not asked any more: the answer is forgotten by then.
CATCH_UP: Final = timedelta(days=4)


def ask(*, at: datetime, seconds: float = RATING_QUESTIONS_DRAIN_SECONDS) -> int:
    """Owe the question about every closing whose citizen has been silent for RATING_QUESTION_DAYS; return how many.

    Not about what is withdrawn, reopened, disputed or rated. Safe to run twice and at the same time: each closing has
    one occasion.
    """
    if not settings.RATING_QUESTION_DAYS:
        return 0
    run, asked, until = RowRun(RATING_QUESTIONS_TASK, "case", at=at), 0, monotonic() + seconds
    silent = run.without_waiting(_silent(at)).order_by("closed_at", "pk").values_list("pk", flat=True)
    for pk in list(silent[:RATING_QUESTIONS_MOST_QUESTIONS]):
        if monotonic() > until:
            break
        with run.row(pk):
            asked += ask_about(pk, at=at)
    return asked


def _silent(at: datetime) -> CaseQuerySet:
    due = at - timedelta(days=settings.RATING_QUESTION_DAYS)
    asked = Message.objects.filter(
        reference=OuterRef("reference"), template=links.TEMPLATE, created_at__gt=OuterRef("closed_at")
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
    question = replace(notices.to_citizen(links.TEMPLATE, case=case, on=None), must_reach=False, daytime=True)
    occasion = links.occasion(window.closing.pk)
    return bool(outbox.owe([question], occasion=occasion, at=at, expires_at=window.until))


# ---- Calls that the centre makes unasked: to people who leave a question open, and to some who do not rate an
# answer.


CALLS_TASK: Final = "complaints.plan_calls"
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
    run, added = RowRun(CALLS_TASK, "message", at=at), 0
    for template, silent, most in (
        (REMINDER, _reminded(at), settings.REMINDER_CALLS),
        (links.TEMPLATE, _unrated(at), settings.SATISFACTION_CALLS),
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
    silent = _uncalled(links.TEMPLATE, at).filter(is_lost | Q(created_at__lte=at - PATIENCE), _closing_unrated(at))
    return silent.order_by(Either(When(is_lost, then=0), default=1), Random())


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
    ratings = Q(message__template=links.TEMPLATE) & ~Q(_closing_unrated(at, "message__"))
    return to_make.filter(reminders | ratings)
