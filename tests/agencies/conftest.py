"""Reference data as shipped, for the tests of agencies."""

from collections.abc import Sequence

import pytest
from django.db import connection
from django.utils import timezone

from agencies import reference_data
from agencies.reference_data import LoadOutcome


@pytest.fixture(scope="module")
def loaded(module_data: None) -> Sequence[LoadOutcome]:
    """Load them once for the module."""
    outcomes = reference_data.load(at=timezone.now())
    connection.check_constraints()
    return outcomes
