"""For whom an event names a deputy as acting."""

from __future__ import annotations

from datetime import datetime

import pytest

from accounts.models import Absence, User
from agencies.models import Agency
from complaints.permissions.policy import represented_colleague
from complaints.workflow import Action

pytestmark = pytest.mark.usefixtures("clock")


def test_the_absent_colleague_is_named_where_only_the_lent_role_allows_it(
    omar: User, hani: User, yusuf: User, lina: User, water: Agency, gam: Agency, now: datetime
) -> None:
    for absent, deputy in ((omar, yusuf), (hani, lina)):
        Absence.objects.create(user=absent, deputy=deputy, starts_on=now.date(), ends_on=now.date())
    named = {
        (who.login, what, where.code): represented_colleague(who, what, agency=where.pk, at=now)
        for who in (yusuf, lina)
        for what in (Action.ACCEPT, Action.ANSWER_TASK)
        for where in (water, gam)
    }
    # A part of the answer is given by any desk: that of the own agency, or the one that was lent.
    assert named == {
        (yusuf.login, Action.ACCEPT, water.code): omar.pk,
        (yusuf.login, Action.ACCEPT, gam.code): None,
        (yusuf.login, Action.ANSWER_TASK, water.code): None,
        (yusuf.login, Action.ANSWER_TASK, gam.code): None,
        (lina.login, Action.ACCEPT, water.code): hani.pk,
        (lina.login, Action.ACCEPT, gam.code): None,
        (lina.login, Action.ANSWER_TASK, water.code): hani.pk,
        (lina.login, Action.ANSWER_TASK, gam.code): hani.pk,
    }
