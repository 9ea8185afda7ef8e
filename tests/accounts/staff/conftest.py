"""Who manages people in the tests of staff: the head, the unit and an operator; and the auditor who reads."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from tests.cast import make_staff, sign_in


@pytest.fixture
def reem(cmu: Agency) -> User:
    return make_staff("reem@cmu.example", "ريم الرفاعي", "Reem Rifai", "", cmu, Role.CMU_HEAD)


@pytest.fixture
def rana(cmu: Agency) -> User:
    return make_staff("rana@cmu.example", "رنا عودة", "Rana Odeh", "", cmu, Role.AUDITOR)


@pytest.fixture
def unit(lina: User) -> Client:
    return sign_in(Client(), lina)


@pytest.fixture
def operator(huda: User) -> Client:
    return sign_in(Client(), huda)
