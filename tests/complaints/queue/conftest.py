"""The desks of the cast, as the pages of one case have them, and a colleague of omar's."""

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from tests.cast import make_staff
from tests.complaints.desk.conftest import Clock, Desk, clock, desk, english

__all__ = ["Clock", "Desk", "clock", "desk", "english"]


@pytest.fixture
def hana(water: Agency) -> User:
    """The second officer of the water company."""
    return make_staff("hana@miyahuna.example", "هناء الزعبي", "Hana Zoubi", "+962790100007", water, Role.OFFICER)
