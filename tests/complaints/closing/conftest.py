"""Incidents: one lead and the cases of others with the same problem."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from accounts.models import Citizen, User
from complaints.actions import accept
from complaints.actions.links import link
from complaints.models import Case, LinkKind
from tests.cast import make_citizen
from tests.complaints.conftest import FileCase
from tests.complaints.desk.conftest import clock, desk, english

__all__ = ["clock", "desk", "english"]

type Neighbours = Callable[[int], list[Citizen]]


@pytest.fixture
def neighbours(db: None) -> Neighbours:
    """Return a function that makes that many citizens, every second one of whom is told by e-mail in English."""

    def make(number: int) -> list[Citizen]:
        return [_neighbour(place) for place in range(number)]

    return make


def _neighbour(place: int) -> Citizen:
    return make_citizen(
        "جار", str(place), f"98{place:08}", f"+96279{place:07}", birth_date=date(1980, 1, 1), father_name="علي"
    )


@pytest.fixture
def lead(accepted: Case) -> Case:
    """Amina's complaint, accepted: the first of the incident."""
    return accepted


@pytest.fixture
def follow(file_case: FileCase, lead: Case, omar: User, now: datetime) -> Callable[..., Case]:
    """Return a function that files a case of somebody and puts it under the lead."""

    def make(citizen: Citizen, *, is_accepted: bool = False, **said: object) -> Case:
        case = file_case(citizen=citizen, **said)
        if is_accepted:
            accept(case, by=omar, at=now, days=3)
        link(case, lead, LinkKind.SAME_PROBLEM, by=omar, at=now)
        case.refresh_from_db()
        return case

    return make
