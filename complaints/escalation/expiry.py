"""What ends by itself when its time is over: questions without a reply, times to object, old drafts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from time import monotonic

from django.db import transaction
from django.db.models import Case as Either, F, Q, Value, When
from django.utils import timezone

from complaints.actions import lapse
from complaints.attachments import responses, uploads
from complaints.clocks import clockwork
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, CentreContact, Clock, ContactResult, Draft, ReadMark
from complaints.unsent_forms import store
from complaints.workflow import ClockKind, State
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
        count += _repeated(partial(store.delete_expired, at=at, most=MOST_DRAFTS), MOST_DRAFTS, until=until)
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
