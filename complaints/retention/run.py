"""The run of retention: anonymises and deletes what is over, in small transactions, and counts what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Final

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.mandates import changes
from accounts.models import PrivacyRequest, RequestKind, RequestState
from complaints.attachments import fields
from complaints.models import Case, CaseQuerySet, DoomedFile
from complaints.retention import erasing, rules
from complaints.workflow import State
from notifications.periodic import RowRun

TASK: Final = "complaints.apply_retention"
#: For so long one run works at a backlog; the next goes on.
DRAIN_SECONDS: Final = 120.0
BATCH: Final = 500


def apply_retention(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """Carry out granted deletions, anonymise and delete the cases that are over, and delete files: theirs and papers.

    Each case is a transaction that also counts it, so that a run that was killed is continued without a trace. Safe to
    run twice and at the same time. Return how many cases and people were done.
    """
    until, done = monotonic() + seconds, 0
    for step in _steps(at):
        done += step
        if monotonic() > until:
            break
    _erase_mandates(at)
    while erasing.delete_files() and monotonic() <= until:
        pass
    return done


def _erase_mandates(at: datetime) -> None:
    """Delete the papers of mandates that are over, and what a hold on the other side kept of people who were erased."""
    with transaction.atomic():
        rules.announce_erasing()
        held = rules.held_people(timezone.localdate(at))
        fields.discard_over(held, at=at)
        changes.erase_words(held)


def _steps(at: datetime) -> Iterator[int]:
    """Do one thing after another, each in transactions of its own; yield between them how many it did."""
    run = RowRun(TASK, "request", at=at)
    for request in run.without_waiting(granted_deletions()):
        yield _try(run, request.pk, partial(erasing.carry_out, request, at=at))
    run = RowRun(TASK, "case", at=at)
    for pk in list(run.without_waiting(cases_to_anonymise(at)).values_list("pk", flat=True)[:BATCH]):
        yield _try(run, pk, partial(erasing.erase_case, pk, at=at))
    for pk in list(run.without_waiting(cases_to_delete(at)).values_list("pk", flat=True)[:BATCH]):
        yield _try(run, pk, partial(delete_case, pk, at=at))


def _try(run: RowRun, key: object, step: Callable[[], bool]) -> int:
    """Return 1 if the step was done; what a hold stops is left as it is."""
    done = 0
    with run.row(key, atomic=False), suppress(rules.Held):
        done = int(step())
    return done


def cases_to_anonymise(at: datetime) -> CaseQuerySet:
    """Return the closed cases whose time is over and that no hold keeps, the longest ago closed first."""
    on = timezone.localdate(at)
    due = rules.to_anonymise(rules.rules_in_effect(on), at)
    closed = Case.objects.filter(due, rules.not_held(on), state=State.CLOSED, erased_at__isnull=True)
    return closed.order_by("closed_at", "pk")


def cases_to_delete(at: datetime) -> CaseQuerySet:
    """Return the anonymised cases of which nothing is to be left."""
    on = timezone.localdate(at)
    due = rules.to_delete(rules.rules_in_effect(on), at)
    return Case.objects.filter(due, rules.not_held(on), erased_at__isnull=False).order_by("erased_at", "pk")


def delete_case(pk: int, *, at: datetime) -> bool:
    """Delete what is left of an anonymised case, its history too; False where the database finds that it must stay."""
    with transaction.atomic(), connection.cursor() as cursor:
        rules.announce_erasing()
        cursor.execute("SELECT complaints_delete_case(%s, %s)", [pk, at])
        is_deleted = bool(cursor.fetchone()[0])
        if is_deleted:
            rules.count({"deleted": 1}, at=at)
        return is_deleted


def dry_run(*, at: datetime) -> Mapping[str, int]:
    """Return how many of each kind a run would do at ``at``, and how many holds keep; nothing is changed."""
    on = timezone.localdate(at)
    due = rules.to_anonymise(rules.rules_in_effect(on), at)
    kept = Case.objects.filter(due, ~rules.not_held(on), state=State.CLOSED, erased_at__isnull=True)
    counts = Counter[str]()
    for kind, outcome, number in _by_kind(cases_to_anonymise(at)):
        counts[f"case {kind} {outcome}"] = number
    counts["deleted"] = cases_to_delete(at).count()
    counts["persons"] = granted_deletions().count()
    counts["files"] = DoomedFile.objects.count()
    counts["held"] = kept.count()
    return {name: number for name, number in counts.items() if number}


def _by_kind(cases: CaseQuerySet) -> list[tuple[str, str, int]]:
    found = cases.order_by("kind", "outcome").values("kind", "outcome").annotate(number=Count("pk"))
    return [(row["kind"], row["outcome"], row["number"]) for row in found]


def granted_deletions() -> QuerySet[PrivacyRequest]:
    """Return the granted requests to delete an account that are not carried out yet, the oldest first."""
    granted = Q(kind=RequestKind.DELETION, state=RequestState.GRANTED, done_at__isnull=True)
    return PrivacyRequest.objects.filter(granted).select_related("citizen").order_by("decided_at", "pk")
