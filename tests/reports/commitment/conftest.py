"""Two months of cases of three agencies."""

from datetime import date, timedelta

import pytest
from django.db import connection

from complaints.simulation.generate import generate
from reports.periods import ReportPeriod
from tests.cast import NOW
from tests.reports.conftest import make_three_agencies

PERIOD = ReportPeriod(date(2025, 11, 1), date(2025, 12, 31))


@pytest.fixture(scope="module")
def cases(module_data: None) -> None:
    """Write thirty cases whose answers lie in the period, which the tests of a module share."""
    until = NOW - timedelta(days=5)
    generate(30, world=make_three_agencies(), seed=11, since=until - timedelta(days=45), until=until)
    connection.check_constraints()
