"""A report of December that is released, and the people who get it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from reports.circulation import circulating
from reports.models import Annex, PeriodicReport
from reports.periodic import life
from tests.prepared_rows import prepared
from tests.reports.directives.conftest import asma, faris
from tests.reports.periodic.conftest import approved, draft, hala, rana

__all__ = ["approved", "asma", "draft", "faris", "hala", "rana"]


@pytest.fixture
@prepared
def released(cases_of_december: None, approved: PeriodicReport, hala: User, now: datetime) -> PeriodicReport:
    """The released report of December."""
    return life.release(approved, by=hala, at=now)


@pytest.fixture
@prepared
def cases_of_december(amina: Citizen, omar: User, yusuf: User, leak: Topic, now: datetime) -> None:
    """Two cases of the water company, which are late by now, and one of Greater Amman."""
    water, gam = (person.memberships.get().agency for person in (omar, yusuf))
    for agency in (water, water, gam):
        said = Filing(citizen=amina, kind="complaint", agency=agency, topic=leak, subject="تسرب", details="منذ أسبوع")
        file(said, by=amina.user, at=now - timedelta(days=20))


@pytest.fixture
@prepared
def annex(released: PeriodicReport, asma: User, nadia: User, faris: User, water: Agency, now: datetime) -> Annex:
    """The annex of the water company, made right after the release."""
    circulating.circulate_released(at=now)
    return Annex.objects.select_related("agency", "circulation").get(agency=water)
