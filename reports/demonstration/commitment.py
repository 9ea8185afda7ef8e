"""The commitment index of the demonstration: two quarters published, the last month open for replies."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, override

from accounts.models import User
from agencies.models import Agency
from reports.commitment import frozen
from reports.models import IndexEdition, ReportKind
from reports.periodic.calendar_periods import latest
from reports.periods import ReportPeriod

#: Who drafts and publishes, and who replies: accounts/data/demo_staff.csv and accounts/demo.py.
HEAD, SUPERVISOR, REPLIES = "head@cmu.example", "nadia@miyahuna.example", "miyahuna"
_DRAFTED, _PUBLISHED = timedelta(days=3, hours=10), timedelta(days=16, hours=10)
_REPLY_DAYS: Final = timedelta(days=14)
_REPLY: Final = gettext_noop(
    "Most of the cases that are said to be unsolved go back to one burst main, which was announced at the time. We ask "
    "that this be mentioned."
)
_ANSWER: Final = gettext_noop(
    "It is mentioned here. The cases were not left out: at the end of the period these people still had no water."
)


def make(at: datetime) -> None:
    """Publish the index of two quarters, and draft that of the last month."""
    today, head = timezone.localdate(at), User.objects.get(email=HEAD)
    quarters = latest(ReportKind.QUARTER, today=today, number=2)
    for period in reversed(quarters):
        if edition := _drafted(period, head, at=at):
            _reply(edition, head, at=edition.counted_at)
            frozen.publish(edition.pk, by=head, at=period.ends_at + _PUBLISHED)
    (month,) = latest(ReportKind.MONTH, today=today, number=1)
    if month.first > quarters[0].last and (edition := _drafted(month, head, at=at, until=today + _REPLY_DAYS)):
        _reply(edition, None, at=at)


def _drafted(period: ReportPeriod, head: User, *, at: datetime, until: date | None = None) -> IndexEdition | None:
    """Return a draft of a period; None where its time for replies would not be over, or nothing was counted."""
    if until is None and period.ends_at + _PUBLISHED > at:
        return None
    last_day = until or period.last + _REPLY_DAYS
    try:
        return frozen.draft(period, reply_until=last_day, by=head, at=min(at, period.ends_at + _DRAFTED))
    except frozen.NothingCounted:
        return None


def _reply(edition: IndexEdition, head: User | None, *, at: datetime) -> None:
    """Let one agency reply, and ``head`` answer."""
    agency, by = Agency.objects.get(code=REPLIES), User.objects.get(email=SUPERVISOR)
    if not any(row["agency"] == REPLIES for row in edition.counts["agencies"]):
        return
    said = frozen.reply(edition.pk, agency, _said(_REPLY), read=None, by=by, at=at)
    if head is not None:
        frozen.answer(edition.pk, agency, _said(_ANSWER), read=said.at, by=head, at=at)


def _said(text: str) -> str:
    with override("ar"):
        return gettext(text)
