"""The desks of the cast: signed-in clients, what a form sends, and the moment the pages live in."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Citizen, User
from complaints.models import Case
from notifications.wordings.links import DOT
from tests.cast import sign_in

#: What stands in a preview for each letter that is rolled anew: a dot, and a mark that keeps it in its link.
DOTS = f"{DOT}\N{LEFT-TO-RIGHT MARK}"
type Desk = Callable[[User | Citizen], Client]


class Clock:
    """The moment the pages live in; tests move it on."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


@pytest.fixture(autouse=True)
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(now)
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Let pages be asked for in English, whose sentences the tests quote."""
    with translation.override("en"):
        yield


@pytest.fixture
def desk() -> Desk:
    """Return a function that signs somebody in and gives their browser."""
    return lambda person: sign_in(Client(), person)


def address(name: str, case: Case, **more: object) -> str:
    return reverse(name, kwargs={"ref": case.reference, **more})


def statements_of(client: Client, url: str) -> int:
    """Return how many statements a page takes that has been asked for once before."""
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(url)
    assert page.status_code == 200
    return len(asked)


def sent(case: Case, **typed: object) -> dict[str, object]:
    """Return what a form about ``case`` sends when its page is as new as the case and its button is pressed."""
    return {"version": case.version, "send": "1", **typed}
