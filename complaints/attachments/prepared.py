"""Files that are ready for an answer which is still being written: nobody but its writer has them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from complaints.attachments import uploads
from complaints.models import Answer, AnswerState, Attachment, Case

#: How long files wait for the answer they were prepared for.
PREPARED_LIFE: Final = timedelta(days=7)
MOST_DROPPED: Final = 200


def prepared_files(case: Case, by: User) -> QuerySet[Attachment]:
    """Return the files that would go with an answer by ``by``: those prepared, and those of the proposal before."""
    return Attachment.objects.filter(
        Q(prepared_for=case, prepared_by=by) | Q(answer__case=case, answer__state=AnswerState.PROPOSED)
    )


def prepare(files: Sequence[Attachment], *, case: Case, by: User) -> None:
    """Store files for the answer that ``by`` writes to ``case``, duplicates once; raises ``NotStored``."""
    with transaction.atomic():
        known = set(prepared_files(case, by).values_list("sha256", flat=True))
        new = []
        for file in files:
            if file.sha256 not in known and len(known) < uploads.MOST_FILES:
                known.add(file.sha256)
                file.prepared_for, file.prepared_by = case, by
                new.append(file)
        uploads.save_all(new)


def give(answer: Answer, files: Collection[UUID]) -> int:
    """Give ``answer`` files that were prepared for its case or belong to an earlier proposal; return how many."""
    if not files:
        return 0
    ready = Q(prepared_for=answer.case_id) | Q(answer__case=answer.case_id, answer__event__isnull=True)
    return Attachment.objects.filter(ready, pk__in=files).update(
        case=answer.case_id, prepared_for=None, prepared_by=None, answer=answer
    )


def take_back(answer: Answer, *, by: User) -> None:
    """Take the files back from an answer that was undone: they go with the next one that ``by`` writes to its case."""
    Attachment.objects.filter(answer=answer).update(case=None, prepared_for=answer.case_id, prepared_by=by, answer=None)


def drop_old(*, at: datetime) -> int:
    """Delete files that waited too long for their answer, in one batch; return how many. Safe to repeat."""
    old = list(Attachment.objects.filter(prepared_for__isnull=False, added_at__lt=at - PREPARED_LIFE)[:MOST_DROPPED])
    for file in old:
        uploads.remove(file)
    return len(old)
