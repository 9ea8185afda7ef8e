"""Periodic reports of the demonstration: the last quarter released, the last month ordered, for the worker to write."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, override

from accounts.models import User
from reports.models import PeriodicReport, ReportKind
from reports.periodic import drafting, life
from reports.periodic.calendar_periods import latest

#: Who sends, reviews and approves: accounts/data/demo_staff.csv and accounts/demo.py.
SENDER, REVIEWER, HEAD = "lina@cmu.example", "unit2@cmu.example", "head@cmu.example"
#: How long after the end of the period each step is taken.
WRITTEN, REVIEWED, APPROVED, RELEASED = (timedelta(days=days, hours=9) for days in (2, 4, 6, 7))
COMMENTS: Final = {
    "agencies": gettext_noop(
        "We propose a meeting with each of the agencies named here within two weeks, to agree on a limit of five "
        "working days for their most frequent topic."
    ),
    "pending": gettext_noop(
        "The unit follows the cases that are pending for more than 30 days one by one, each Sunday."
    ),
}


def make(at: datetime) -> None:
    """Release the report of the last quarter, and order that of the last month."""
    today = timezone.localdate(at)
    sender, reviewer, head = (User.objects.get(email=email) for email in (SENDER, REVIEWER, HEAD))
    (quarter,) = latest(ReportKind.QUARTER, today=today, number=1)
    (month,) = latest(ReportKind.MONTH, today=today, number=1)
    written, reviewed, approved, released = (
        min(at, quarter.ends_at + wait) for wait in (WRITTEN, REVIEWED, APPROVED, RELEASED)
    )
    report = life.order(ReportKind.QUARTER, quarter, by=sender, at=written)
    drafting.write(report.pk, at=written)
    for section, text in COMMENTS.items():
        life.comment(report, section, by=sender, at=written, texts=(_said(text, "ar"), _said(text, "en")))
    report = life.send(_now(report), by=sender, at=written, edition=_now(report).edition)
    report = life.review(report, by=reviewer, at=reviewed, edition=report.edition)
    report = life.approve(report, by=head, at=approved, edition=report.edition)
    life.release(report, by=head, at=released)
    life.order(ReportKind.MONTH, month, by=sender, at=at)


def _now(report: PeriodicReport) -> PeriodicReport:
    report.refresh_from_db()
    return report


def _said(text: str, language: str) -> str:
    with override(language):
        return gettext(text)
