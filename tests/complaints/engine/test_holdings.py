"""Who has a case: the same while its agency keeps it, another once it goes elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from agencies.models import Agency
from complaints.actions import accept, refer
from complaints.models import Case


def test_a_case_changes_hands_with_its_agency_and_not_with_its_state(
    referred: Case, omar: User, lina: User, yusuf: User, water: Agency, gam: Agency, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    accept(referred, by=omar, at=now, days=2)
    refer(referred, by=lina, at=later, agency=gam, reason="ضمن حدود الأمانة")
    assert list(referred.holdings.order_by("pk").values_list("agency", "started_at", "ended_at")) == [
        (water.pk, now, later),
        (gam.pk, later, None),
    ]
