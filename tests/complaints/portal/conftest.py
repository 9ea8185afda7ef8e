"""The pages of citizens: where their files lie, and who else is signed in."""

import pytest
from django.test import Client

from accounts.models import Citizen, User
from tests.cast import sign_in


@pytest.fixture(autouse=True)
def _files_of_the_test(media: None) -> None:
    """Let whatever a page of this room stores lie in a folder of the test."""


@pytest.fixture
def as_karim(karim: Citizen) -> Client:
    return sign_in(Client(), karim)


@pytest.fixture
def as_yusuf(yusuf: User) -> Client:
    return sign_in(Client(), yusuf)
