"""A check that hangs holds one thread and no page."""

import threading
import time

import pytest
from django.db import connection

from config.monitoring.bounded import Bounded, BoundedQuery


def test_an_answer_is_given() -> None:
    assert Bounded(lambda: 7).answer() == 7


def test_a_check_that_raises_has_no_answer() -> None:
    assert Bounded(lambda: 1 // 0).answer() is None


def test_a_check_that_hangs_is_not_waited_for_and_not_begun_again() -> None:
    release, begun = threading.Event(), []

    def hang() -> int:
        begun.append(threading.get_ident())
        release.wait(60)
        return 7

    bounded = Bounded(hang, seconds=0.05)
    began = time.monotonic()
    assert [bounded.answer() for _ in range(3)] == [None, None, None]
    assert (time.monotonic() - began < 8, len(begun)) == (True, 1)
    release.set()
    deadline = time.monotonic() + 60
    while bounded.answer() != 7:
        assert time.monotonic() < deadline


def test_whoever_asks_meanwhile_shares_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    both_wait = threading.Barrier(3, timeout=60)

    def slow() -> int:
        calls.append(1)
        both_wait.wait()
        return len(calls)

    bounded, answers = Bounded(slow, seconds=60), []
    current = bounded._current

    def waiting() -> object:
        call = current()
        both_wait.wait()
        return call

    monkeypatch.setattr(bounded, "_current", waiting)
    threads = [threading.Thread(target=lambda: answers.append(bounded.answer())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, len(calls)) == ([1, 1], 1)


@pytest.mark.django_db
def test_a_query_has_a_connection_of_its_own_that_ends_with_its_thread() -> None:
    seen: list[object] = []

    def ask() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            seen.append(connection.connection)
            return int(cursor.fetchone()[0])

    mine = ask()
    other = BoundedQuery(ask, seconds=10).answer()
    assert other not in {None, mine}
    deadline = time.monotonic() + 60
    while not seen[1].closed:
        assert time.monotonic() < deadline
    assert connection.connection.closed is False
