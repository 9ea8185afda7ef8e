"""Tells everybody who joined a known problem that it is over, and forgets some time later who they were."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import translation
from django.utils.translation import pgettext

from accounts.contact import citizen_key, contact_channel
from accounts.models import Identity
from complaints.actions.known_problems import TELLING
from complaints.models import LegalHold, ProblemJoin
from notifications import outbox
from notifications.outbox import Notice
from notifications.periodic import RowRun

TASK: Final = TELLING
TEMPLATE: Final = "problem_over"
#: For so long one run works at a backlog; the next begins where it ended.
DRAIN_SECONDS: Final = 50.0
MOST_TOLD: Final = 5000
#: For so long it is kept who joined a problem that is over.
REMEMBERED: Final = timedelta(days=90)


def sweep(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
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
