"""The desks of the cast and the moment the pages live in, as in the tests of the desk; a centre outside."""

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency, OutsideCentre
from tests.cast import make_staff
from tests.complaints.desk.conftest import clock, desk, english

__all__ = ["clock", "desk", "english"]


@pytest.fixture
def centre(water: Agency) -> OutsideCentre:
    return OutsideCentre.objects.create(
        code="water-117116",
        name_ar="مركز شكاوى المياه",
        name_en="Water Complaints Centre",
        phone="117116",
        agency=water,
    )


@pytest.fixture
def dana(water: Agency) -> User:
    """A second officer at the water company."""
    return make_staff("dana@miyahuna.example", "دانا عيسى", "Dana Issa", "+962790100009", water, Role.OFFICER)
