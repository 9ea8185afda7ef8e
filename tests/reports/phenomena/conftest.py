"""The language and the moment of the pages, and the head of the unit."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils import timezone, translation

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from tests.cast import make_staff
from tests.prepared_rows import prepared


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


@pytest.fixture
@prepared
def ghada(cmu: Agency) -> User:
    return make_staff("ghada@cmu.example", "غادة", "Ghada", "+962790100013", cmu, Role.CMU_HEAD)
