"""The people of the unit who stand behind a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from reports.models import PeriodicReport, ReportKind
from reports.periodic import drafting, life
from reports.periods import ReportPeriod
from tests.cast import make_staff
from tests.prepared_rows import prepared

DECEMBER = ReportPeriod(date(2025, 12, 1), date(2025, 12, 31))


@pytest.fixture
@prepared
def rana(cmu: Agency) -> User:
    """Staff of the unit, who reviews."""
    return make_staff("rana@cmu.example", "رنا عواد", "Rana Awad", "+962790100031", cmu, Role.CMU_STAFF)


@pytest.fixture
@prepared
def hala(cmu: Agency) -> User:
    """The head of the unit, who approves."""
    return make_staff("hala@cmu.example", "هالة قعوار", "Hala Qawar", "+962790100032", cmu, Role.CMU_HEAD)


@pytest.fixture
@prepared
def draft(lina: User, now: datetime) -> PeriodicReport:
    """The written draft of December."""
    ordered = life.order(ReportKind.MONTH, DECEMBER, by=lina, at=now)
    assert drafting.write_ordered(at=now) == 1
    ordered.refresh_from_db()
    return ordered


@pytest.fixture
@prepared
def approved(draft: PeriodicReport, lina: User, rana: User, hala: User, now: datetime) -> PeriodicReport:
    """The report of December, approved by the head."""
    life.comment(draft, "summary", by=lina, at=now, texts=("لا طلبات.", "No cases."))
    draft.refresh_from_db()
    return freeze(draft, (lina, rana, hala), at=now)


def freeze(report: PeriodicReport, people: tuple[User, User, User], *, at: datetime) -> PeriodicReport:
    """Send, review and approve a draft."""
    steps: tuple[Callable[..., PeriodicReport], ...] = (life.send, life.review, life.approve)
    for step, person in zip(steps, people, strict=True):
        report = step(report, by=person, at=at, edition=report.edition)
    return report
