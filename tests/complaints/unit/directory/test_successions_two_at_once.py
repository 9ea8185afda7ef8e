"""An agency is merged while somebody files with it, and while somebody plans the opposite."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest

from accounts.models import User
from agencies import successions as plans
from agencies.models import Agency, AgencySuccession
from agencies.successions import SuccessionRefused
from complaints.escalation import recalculation
from complaints.models import Case
from tests.complaints.cases import FileCase
from tests.complaints.threads import Overlap
from tests.complaints.unit.directory.test_successions import planned

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=7)


def test_a_case_filed_in_the_moment_of_the_merger_follows_as_well(
    file_case: FileCase,
    *,
    hala: User,
    yusuf: User,
    water: Agency,
    gam: Agency,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was filed after the moment that the merger bears, by somebody who read the agency before it and waited."""
    plan, at, overlap = planned(water, gam, hala, now), now + DAY, Overlap()

    def whole(*args: object) -> None:
        follow(*args)
        overlap.rest()

    follow = recalculation._follow_whole
    monkeypatch.setattr(recalculation, "_follow_whole", whole)
    executed, case = overlap.run(
        partial(recalculation.execute, plan.pk, at=at), partial(file_case, at=at + timedelta(seconds=2))
    )
    assert (executed, type(case), Case.objects.get().agency) == (True, Case, water)
    assert recalculation.go_on(at=at + timedelta(minutes=1)) == 1
    assert Case.objects.get().agency == gam
    # Whoever files later finds it ended, and the case goes to the unit.
    assert file_case(at=at + timedelta(minutes=2)).agency is None


def test_of_two_mergers_against_each_other_one_is_planned(
    hala: User, water: Agency, gam: Agency, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlap = Overlap()
    monkeypatch.setattr(AgencySuccession, "save", overlap.around(AgencySuccession.save))
    one, other = Agency.objects.get(pk=water.pk), Agency.objects.get(pk=gam.pk)
    done, refused = overlap.run(partial(planned, water, gam, hala, now), partial(planned, other, one, hala, now))
    assert (type(done), type(refused), overlap.was_overtaken) == (AgencySuccession, SuccessionRefused, False)
    assert list(plans.continuity(on=date(2026, 1, 12)).rows) == []
    assert AgencySuccession.objects.count() == 1
