"""Two agencies that pass a case to and fro, and the desks of the cast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import User
from agencies.models import Agency, Governorate
from complaints.actions import add_task, decline, refer
from complaints.models import Case, ReferralTask
from tests.complaints.conftest import FileCase
from tests.complaints.desk.conftest import clock, desk, english

__all__ = ["clock", "desk", "english"]

NOT_OURS = "الشارع داخل حدود الجهة الأخرى."
RULING = "الوصلة من شبكة المياه، وإعادة السطح على من حفر."
PART = "هل منحتم رخصة حفر لهذا الموقع، ومتى؟"

type Bounce = Callable[..., Case]


@pytest.fixture
def bounced(file_case: FileCase, omar: User, yusuf: User, lina: User, gam: Agency, irbid: Governorate) -> Bounce:
    """Return a function that lets a case of Irbid come back to the unit as often as its argument says."""

    def make(times: int, *, at: datetime, **said: object) -> Case:
        case = file_case(at=at, **{"governorate": irbid, **said})
        for turn in range(times):
            water = case.agency
            assert water is not None
            by, to = (omar, gam) if turn % 2 == 0 else (yusuf, Agency.objects.get(code="miyahuna"))
            decline(case, by=by, at=at, reason="other_place", text=NOT_OURS, proposed_agency=to)
            if turn + 1 < times:
                refer(case, by=lina, at=at, agency=to)
        return case

    return make


@pytest.fixture
def ruled(bounced: Bounce, lina: User, water: Agency, now: datetime) -> Case:
    """A case that came back twice and that the unit ruled to be the water company's."""
    case = bounced(2, at=now)
    refer(case, by=lina, at=now, agency=water, reason=RULING)
    return case


@pytest.fixture
def asked(accepted: Case, omar: User, gam: Agency, yusuf: User, now: datetime) -> ReferralTask:
    """Greater Amman's part of a case the water company leads, due in three working days."""
    return add_task(accepted, by=omar, at=now, agency=gam, text=PART, days=3)
