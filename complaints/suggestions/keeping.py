"""Keeps what the texts of open cases suggest, so that no page reads them: clues to owners, and cases that are alike.

What a transaction changes it notes itself (``SuggestionsDue``), so that nothing is missed. Each case is done in a
transaction of its own, which ends with its notes: what was interrupted is done again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from time import monotonic
from typing import Final

from django.db import connection
from django.db.models import Exists, OuterRef

from complaints.models import Case, OwnerClues, SuggestionsDue
from complaints.suggestions import alike, suggestion_model
from complaints.suggestions.clues import Description, clues_in
from complaints.workflow import State
from notifications.periodic import RowRun

TASK: Final = "complaints.keep_suggestions"
#: Seconds after which a run leaves the rest to the next one, and cases that it asks for at once.
DRAIN_SECONDS, BATCH = 10.0, 100
#: The advisory lock of whoever is at a case: two at once would wait for each other's rows.
LOCK: Final = 4_107_002


def keep(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """Make the suggestions of the cases that are due; return of how many. Safe to run twice and at the same time."""
    ends, count = monotonic() + seconds, 0
    run, edition = RowRun(TASK, "case", at=at), suggestion_model.newest(at=at).edition
    while monotonic() < ends and (keys := _due(run, edition)):
        for key in keys:
            with run.row(key):
                count += _keep(key, edition, at=at)
    return count


def _due(run: RowRun, edition: str) -> Sequence[int]:
    """Return cases that changed, the newest change first, then those in triage without clues of this edition."""
    changed = run.without_waiting(SuggestionsDue.objects.all(), field="case_id")
    current = OwnerClues.objects.filter(case=OuterRef("pk"), edition=edition)
    unread = run.without_waiting(Case.objects.filter(~Exists(current), state=State.TRIAGE))
    keys = chain(
        changed.order_by("-pk").values_list("case_id", flat=True)[:BATCH],
        unread.order_by("pk").values_list("pk", flat=True)[:BATCH],
    )
    return list(dict.fromkeys(keys))


def _keep(key: int, edition: str, *, at: datetime) -> int:
    """Make the suggestions of one case, one process after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    # Before the case itself: what is noted later is done once more.
    notes = list(SuggestionsDue.objects.filter(case_id=key).values_list("pk", flat=True))
    if notes:
        alike.renew(key)
    _keep_clues(key, edition, at=at)
    SuggestionsDue.objects.filter(pk__in=notes).delete()
    return 1


def _keep_clues(key: int, edition: str, *, at: datetime) -> None:
    related = ("topic__parent", "topic__suggested_agency", "governorate")
    case = Case.objects.select_related(*related).filter(pk=key, state=State.TRIAGE).first()
    if case is None:
        OwnerClues.objects.filter(case=key).delete()
        return
    (clues,), _rows = clues_in([Description.of(case)], at=at)
    kept = {"edition": edition, "clues": clues.as_kept()}
    OwnerClues.objects.update_or_create(case_id=key, defaults=kept)
