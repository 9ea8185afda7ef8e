"""A second officer at the water company, and the desks of the cast."""

from __future__ import annotations

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from tests.cast import make_staff
from tests.complaints.desk.conftest import clock, desk, english

__all__ = ["WHY", "clock", "desk", "english"]

WHY = "تتحدث الشكوى عن تعامله مع متلقي الخدمة."


@pytest.fixture
def hani(water: Agency) -> User:
    """A colleague of omar's at the water company."""
    return make_staff("hani@miyahuna.example", "هاني العلي", "Hani Ali", "+962790100008", water, Role.OFFICER)


@pytest.fixture
def samar(water: Agency) -> User:
    """The secretary-general of the water company."""
    return make_staff(
        "samar@miyahuna.example", "سمر نصار", "Samar Nassar", "+962790100009", water, Role.SECRETARY_GENERAL
    )
