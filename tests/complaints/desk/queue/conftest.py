"""A colleague of omar's, whose cases stand beside his in the queue."""

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from tests.cast import make_staff
from tests.prepared_rows import prepared


@pytest.fixture
@prepared
def hana(water: Agency) -> User:
    """The second officer of the water company."""
    return make_staff("hana@miyahuna.example", "هناء الزعبي", "Hana Zoubi", "+962790100007", water, Role.OFFICER)
