"""A month of answers of three agencies, three scorers of the unit, and a round of audits over them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import Answer
from complaints.simulation.generate import generate
from reports.audits import drawing
from reports.models import AuditItem, AuditRound
from reports.models.audits import CRITERIA
from reports.periods import ReportPeriod
from tests.cast import NOW, make_staff
from tests.reports.conftest import make_three_agencies

#: The generated cases are of the four weeks before the period of the round ends.
PERIOD = ReportPeriod(date(2025, 11, 1), date(2025, 12, 31))
POINTS = dict.fromkeys(CRITERIA, 1)


@pytest.fixture(scope="module")
def answers(module_data: None) -> Sequence[Answer]:
    """Return the answers given in the period, two of one agency sent although challenged; a module shares them."""
    until = NOW - timedelta(days=5)
    generate(30, world=make_three_agencies(), seed=11, since=until - timedelta(days=45), until=until)
    given = list(Answer.objects.filter(state="given", lead_answer=None, given_at__lt=PERIOD.ends_at).order_by("pk"))
    marked = [answer.pk for answer in given if answer.agency_id == given[0].agency_id][:2]
    Answer.objects.update(challenge="", sent_because="")
    Answer.objects.filter(pk__in=marked).update(challenge="thin", sent_because="كتبنا ما نعرفه")
    connection.check_constraints()
    return given


@pytest.fixture
def drawn(answers: Sequence[Answer], now: datetime) -> AuditRound:
    """Draw four answers of each agency, half of all scored twice."""
    return drawing.draw(PERIOD, size=4, second_percent=50, by=None, at=now)


@pytest.fixture
def rami(cmu: Agency) -> User:
    return make_staff("rami@cmu.example", "رامي حداد", "Rami Haddad", "+962790100021", cmu, Role.CMU_STAFF)


def once(drawn: AuditRound) -> AuditItem:
    """Return an answer of the round that one person scores."""
    return AuditItem.objects.filter(sample__round=drawn, needs_second=False, verdict="").earliest("pk")


def twice(drawn: AuditRound) -> AuditItem:
    """Return an answer of the round that two people score."""
    return AuditItem.objects.filter(sample__round=drawn, needs_second=True, verdict="").earliest("pk")
