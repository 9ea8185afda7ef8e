"""The counts a page asks for every minute: words as shown, 304 while the same, and no session kept alive by them."""

from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, Session, User
from accounts.sign_in.sessions import SessionStore
from complaints.desk import queue, queue_lists
from complaints.models import Case
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk


def test_every_view_and_saved_filter_has_its_count(
    desk: Desk, file_case: FileCase, omar: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "CAP", 1)
    file_case()
    file_case()
    kept = queue_lists.save_filter(omar, at=now, name="x", query={"kind": "praise"})
    found = desk(omar).get(reverse("queue-counts")).json()
    assert (found["open"], found["late"], found[f"saved-{kept.pk}"]) == ("1+", "0", "0")
    assert "closed" not in found


def test_the_same_counts_are_not_sent_again(desk: Desk, file_case: FileCase, omar: User) -> None:
    client = desk(omar)
    first = client.get(reverse("queue-counts"))
    tag = first.headers["ETag"]
    same = client.get(reverse("queue-counts"), headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    file_case()
    assert client.get(reverse("queue-counts"), headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_few_statements_however_much_there_is(desk: Desk, file_case: FileCase, omar: User, rows: int) -> None:
    for _ in range(rows):
        file_case()
    client = desk(omar)
    client.get(reverse("queue-counts"))  # the first page in a browser also notes who is signed in
    with CaptureQueriesContext(connection) as statements:
        client.get(reverse("queue-counts"))
    assert len(statements) == 5


def test_asking_does_not_keep_a_session_alive(desk: Desk, omar: User, clock: Clock) -> None:
    client = desk(omar)
    client.get(reverse("queue"))
    before = _seen()
    clock.pass_(minutes=10)
    client.get(reverse("queue-counts"))
    assert _seen() == before


def _seen() -> int:
    return int(SessionStore().decode(Session.objects.get().session_data)["seen"])


def test_strangers_learn_nothing(client: Client, desk: Desk, referred: Case, amina: Citizen, sami: User) -> None:
    assert client.get(reverse("queue-counts")).status_code == 302
    assert desk(amina).get(reverse("queue-counts")).status_code == 404
    assert desk(sami).get(reverse("queue-counts")).status_code == 404
