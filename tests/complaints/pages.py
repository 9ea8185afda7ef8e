"""Pages of staff as tests ask for them: their addresses, what their forms send, what they cost, and their moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, User
from complaints.case_text.messages import SentMessage
from complaints.models import Case
from notifications.wordings.links import DOT
from tests.complaints.threads import at_once

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


def address(name: str, case: Case, **more: object) -> str:
    return reverse(name, kwargs={"ref": case.reference, **more})


def statements_of(client: Client, url: str) -> int:
    """Return how many statements a page takes that has been asked for once before."""
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(url)
    assert page.status_code == 200
    return len(asked)


def told_on(page: Any) -> list[SentMessage]:
    """Return the messages to the citizen on the page of a case, the newest first."""
    return [message for entry in page.context["file"].history for message in reversed(entry.messages)]


def sent(case: Case, **typed: object) -> dict[str, object]:
    """Return what a form about ``case`` sends when its page is as new as the case and its button is pressed."""
    return {"version": case.version, "send": "1", **typed}


def post_at_once(*posts: Callable[[], object]) -> list[int]:
    """Send all ``posts`` from threads of their own; return the status of each answer."""
    return [answer.status_code for answer in at_once(*posts)]
