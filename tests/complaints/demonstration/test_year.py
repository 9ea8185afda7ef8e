"""The year of the demonstration links problems that came back as filing does."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from agencies.models import Agency, Governorate, Topic
from complaints.actions.links import notice
from complaints.demonstration.year import link_recurrences
from complaints.models import Case, Recurrence
from complaints.simulation.generate import generate
from tests.bench.world import make_world


@pytest.mark.django_db
def test_problems_come_back_as_when_a_case_is_filed(
    water: Agency, gam: Agency, cmu: Agency, leak: Topic, now: datetime
) -> None:
    amman = Governorate.objects.create(code="JO-AM", name_ar="عمان", name_en="Amman", sort_order=1)
    world = replace(make_world(citizens=5, agencies=[water, gam]), places=[(amman, "خلدا")])
    generate(60, world=world, seed=4, since=now - timedelta(days=60), until=now)
    number = link_recurrences()
    linked = {one.case: (one.earlier_id, one.closing_id) for one in Recurrence.objects.select_related("case")}
    assert len(linked) == number > 10
    Recurrence.objects.all().delete()
    cases = Case.objects.filter(kind="complaint")
    found = {case: notice(case, at=case.filed_at) for case in cases}
    assert {case: (one.earlier_id, one.closing_id) for case, one in found.items() if one} == linked
