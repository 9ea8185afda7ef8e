"""The head of the unit, who keeps the reference data."""

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from tests.cast import make_staff
from tests.prepared_rows import prepared


@pytest.fixture
@prepared
def hala(cmu: Agency) -> User:
    """The head of the unit."""
    return make_staff("hala@cmu.example", "هالة قعوار", "Hala Qawar", "+962790100013", cmu, Role.CMU_HEAD)
