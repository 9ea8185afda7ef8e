"""Reference data as shipped, for the tests of agencies."""

import pytest
from django.utils import timezone

from agencies import reference_data


@pytest.fixture
def loaded(db):
    return reference_data.load(at=timezone.now())
