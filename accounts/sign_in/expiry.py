"""Deletes expired sessions, codes, form drafts, rate counters and stored answers."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Model, QuerySet

from accounts.models import AppSession, FormDraft, PhoneCode, RateCounter, Session, StoredAnswer
from notifications.periodic.rows import RowRun

TASK: Final = "accounts.delete_expired"
CODES_KEPT: Final = timedelta(days=2)
#: How long an answer is given again to the same request of an app.
ANSWERS_KEPT: Final = timedelta(days=1)


def delete_expired(at: datetime) -> None:
    """Delete form drafts and answers older than a day, codes older than two, sessions and counters that have ended.

    Rows of one kind that cannot be deleted keep none of another.
    """
    run = RowRun(TASK, "table", at=at)
    tables: tuple[QuerySet[Model], ...] = (
        FormDraft.objects.filter(expires_at__lte=at),
        PhoneCode.objects.filter(created_at__lte=at - CODES_KEPT),
        RateCounter.objects.filter(ends_at__lte=at),
        Session.objects.filter(expire_date__lte=at),
        AppSession.objects.filter(expires_at__lte=at),
        StoredAnswer.objects.filter(created_at__lte=at - ANSWERS_KEPT),
    )
    for expired in tables:
        with run.row(expired.model.__name__):
            expired.delete()
