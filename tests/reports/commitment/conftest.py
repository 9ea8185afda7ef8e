"""Two months of cases of three agencies."""

from datetime import date, timedelta

import pytest

from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports.periods import ReportPeriod
from tests.cast import NOW

PERIOD = ReportPeriod(date(2025, 11, 1), date(2025, 12, 31))


@pytest.fixture
def cases(world: World) -> None:
    """Write thirty cases whose answers lie in the period."""
    until = NOW - timedelta(days=5)
    generate(30, world=world, seed=11, since=until - timedelta(days=45), until=until)
