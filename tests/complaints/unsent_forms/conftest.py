"""Who else is signed in."""

import pytest
from django.test import Client

from accounts.models import Citizen
from tests.cast import sign_in


@pytest.fixture
def as_karim(karim: Citizen) -> Client:
    return sign_in(Client(), karim)
