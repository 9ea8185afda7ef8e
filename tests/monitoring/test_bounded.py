"""A check that hangs holds one thread and no page."""

import threading
import time

from config.monitoring.bounded import Bounded


def test_an_answer_is_given() -> None:
    assert Bounded(lambda: 7).answer() == 7


def test_a_check_that_raises_has_no_answer() -> None:
    assert Bounded(lambda: 1 // 0).answer() is None


def test_a_check_that_hangs_is_not_waited_for_and_not_begun_again() -> None:
    release, begun = threading.Event(), []

    def hang() -> int:
        begun.append(threading.get_ident())
        release.wait(10)
        return 7

    bounded = Bounded(hang, seconds=0.05)
    began = time.monotonic()
    assert [bounded.answer() for _ in range(3)] == [None, None, None]
    assert (time.monotonic() - began < 2, len(begun)) == (True, 1)
    release.set()
    deadline = time.monotonic() + 5
    while bounded.answer() != 7:
        assert time.monotonic() < deadline


def test_whoever_asks_meanwhile_shares_the_answer() -> None:
    calls: list[int] = []
    both = threading.Barrier(2)

    def slow() -> int:
        calls.append(1)
        time.sleep(0.1)
        return len(calls)

    bounded, answers = Bounded(slow, seconds=5), []

    def ask() -> None:
        both.wait()
        answers.append(bounded.answer())

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, len(calls)) == ([1, 1], 1)
