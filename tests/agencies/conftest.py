"""Reference data as shipped, for the tests of agencies."""

import pytest

from agencies import reference


@pytest.fixture
def loaded(db):
    return reference.load()
