"""The periodic reports of the demonstration."""

from datetime import datetime

import pytest

from accounts.roles import Role
from agencies.models import Agency
from reports.demonstration import periodic
from reports.models import PeriodicReport
from tests.cast import make_staff


@pytest.mark.django_db
def test_the_last_quarter_is_released_and_the_last_month_is_ordered(cmu: Agency, now: datetime) -> None:
    for number, (email, role) in enumerate(
        ((periodic.SENDER, Role.CMU_STAFF), (periodic.REVIEWER, Role.CMU_STAFF), (periodic.HEAD, Role.CMU_HEAD))
    ):
        make_staff(email, "موظف", "Person", f"+96279010005{number}", cmu, role)
    periodic.make(now)
    assert set(PeriodicReport.objects.values_list("kind", "state")) == {("quarter", "released"), ("month", "writing")}
