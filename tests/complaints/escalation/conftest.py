"""The superiors of the water company and the head of the unit."""

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from tests.cast import make_staff
from tests.prepared_rows import prepared


@pytest.fixture
@prepared
def basma(water: Agency) -> User:
    """The secretary-general of the water company."""
    return make_staff(
        "basma@miyahuna.example", "بسمة العبادي", "Basma Abbadi", "+962790100011", water, Role.SECRETARY_GENERAL
    )


@pytest.fixture
@prepared
def fares(water: Agency) -> User:
    """In the minister's office that watches over the water company."""
    return make_staff(
        "fares@miyahuna.example", "فارس النمري", "Fares Nimri", "+962790100012", water, Role.MINISTER_OFFICE
    )


@pytest.fixture
@prepared
def hala(cmu: Agency) -> User:
    """The head of the unit."""
    return make_staff("hala@cmu.example", "هالة قعوار", "Hala Qawar", "+962790100013", cmu, Role.CMU_HEAD)
