"""Which files of directorates the citizen sees: none until the agency chooses them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from complaints.engine.transition import act
from complaints.models import Attachment, Case, ShownFile
from complaints.workflow import Action


def finding_files(case: Case) -> QuerySet[Attachment]:
    """Return the files that directorates sent with their findings on ``case``."""
    return case.attachments.filter(consultation__isnull=False, event__isnull=True)


def show_files(case: Case, *, by: User, at: datetime, files: Collection[UUID]) -> None:
    """Let the citizen see those of the directorates' files whose keys are ``files``, and no other one of them."""
    with act(case, Action.SHOW_FILES, by=by, at=at) as change:
        offered = finding_files(case)
        before = set(offered.filter(shown__isnull=False).values_list("pk", flat=True))
        chosen = set(offered.filter(pk__in=files).values_list("pk", flat=True))
        ShownFile.objects.filter(attachment__in=before - chosen).delete()
        rows = [ShownFile(attachment_id=key, case=case, event_id=change.event_id) for key in chosen - before]
        ShownFile.objects.bulk_create(rows)
        change.facts = {"shown": len(chosen - before), "hidden": len(before - chosen)}
