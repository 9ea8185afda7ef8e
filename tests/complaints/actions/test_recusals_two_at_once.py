"""Set aside while the same person acts: the lock of the case decides who is first, and nothing is half done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier, Event

import pytest
from django.db import connection, connections, transaction

from accounts.models import User
from complaints.actions import assign, close, recuse
from complaints.actions.notes import NotAnOfficer
from complaints.actions.recusals import AlreadyRecused
from complaints.engine.transition import NotEntitled
from complaints.models import Answer, Case, Recusal
from tests.complaints import DONE, FOUND, RECUSAL_REASON
from tests.complaints.pages import Desk, address, post_at_once, sent

pytestmark = pytest.mark.usefixtures("clock", "english")

GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


@pytest.mark.django_db(transaction=True)
def test_closing_while_one_is_set_aside(desk: Desk, accepted: Case, omar: User, hani: User, nadia: User) -> None:
    typed = sent(accepted, **GOOD)
    clients = desk(omar), desk(nadia)
    closing, naming = post_at_once(
        lambda: clients[0].post(address("desk-close", accepted), typed),
        lambda: clients[1].post(
            address("desk-recuse", accepted), sent(accepted, person=str(omar.pk), text=RECUSAL_REASON)
        ),
    )
    accepted.refresh_from_db()
    # Whoever was first is through; the other is stale, or has no such case any more.
    assert (closing, naming, accepted.state) in {(302, 409, "closed"), (404, 302, "in_progress")}
    assert Answer.objects.filter(case=accepted).count() == (closing == 302)
    assert Recusal.objects.filter(case=accepted).count() == (naming == 302)


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_lock_sees_what_was_written_under_it(
    accepted: Case, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    is_written = Event()

    def name() -> None:
        with transaction.atomic():
            recuse(Case.objects.get(pk=accepted.pk), by=nadia, at=now, person=omar, text=RECUSAL_REASON)
            is_written.set()
            _wait_for_a_waiter()

    def close_it() -> type[Exception] | None:
        case = Case.objects.for_page().get(pk=accepted.pk)
        is_written.wait(10)
        try:
            close(case, by=omar, at=now, **GOOD)
        except NotEntitled as refused:
            return type(refused)
        return None

    assert _together(name, close_it) == [None, NotEntitled]
    assert Case.objects.get(pk=accepted.pk).state == "in_progress"


@pytest.mark.django_db(transaction=True)
def test_given_and_set_aside_at_once(referred: Case, hani: User, nadia: User, omar: User, now: datetime) -> None:
    start = Barrier(2)

    def give() -> object:
        start.wait(10)
        try:
            assign(Case.objects.get(pk=referred.pk), by=omar, at=now, officer=hani)
        except NotAnOfficer as refused:
            return type(refused)
        return None

    def name() -> object:
        start.wait(10)
        recuse(Case.objects.get(pk=referred.pk), by=nadia, at=now, person=hani, text=RECUSAL_REASON)
        return None

    _together(give, name)
    assert Case.objects.get(pk=referred.pk).officer is None


@pytest.mark.django_db(transaction=True)
def test_named_twice_at_once(referred: Case, hani: User, nadia: User, lina: User, now: datetime) -> None:
    start = Barrier(2)

    def name(by: User) -> object:
        start.wait(10)
        try:
            recuse(Case.objects.get(pk=referred.pk), by=by, at=now, person=hani, text=RECUSAL_REASON)
        except AlreadyRecused as refused:
            return type(refused)
        return None

    assert set(_together(lambda: name(nadia), lambda: name(lina))) == {None, AlreadyRecused}
    assert Recusal.objects.filter(case=referred).count() == 1


def _together(*doings):  # type: ignore[no-untyped-def]
    def one(doing):  # type: ignore[no-untyped-def]
        try:
            return doing()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(one, doings))


def _wait_for_a_waiter() -> None:
    """Return once another session waits for a lock of this database."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.05)")
    pytest.fail("nobody waited")
