"""Citizens and an officer at the keyboard, a draft at each step, and files of every sort."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.models import Draft
from tests.cast import sign_in
from tests.complaints import DETAILS, SUBJECT

type MakeDraft = Callable[..., Draft]


@pytest.fixture
def as_amina(amina: Citizen) -> Client:
    return sign_in(Client(), amina)


@pytest.fixture
def as_karim(karim: Citizen) -> Client:
    return sign_in(Client(), karim)


@pytest.fixture
def as_yusuf(yusuf: User) -> Client:
    return sign_in(Client(), yusuf)


@pytest.fixture
def make_draft(amina: Citizen, water: Agency, outage: Topic, now: datetime) -> MakeDraft:
    """Return a function that makes amina's complete draft of a complaint, or what its arguments say instead."""

    def make(**said: object) -> Draft:
        values: dict[str, object] = {
            "citizen": amina,
            "kind": "complaint",
            "agency": water,
            "topic": outage,
            "subject": SUBJECT,
            "details": DETAILS,
            "updated_at": now,
        }
        return Draft.objects.create(**(values | said))

    return make


@pytest.fixture
def draft(make_draft: MakeDraft) -> Draft:
    """Amina's complete draft."""
    return make_draft()


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
