"""Several acts at the same moment, each in a thread with a connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from typing import Any

from django.db import connection

from complaints.models import Case


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all ``acts`` in threads of their own at the same moment; return what each returned or raised."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            be_patient()
            barrier.wait()
            return act()
        except Exception as error:  # noqa: BLE001 - the outcome is what is asserted
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@contextmanager
def overtaken(by: Callable[[], object], *, before: str) -> Iterator[None]:
    """Let ``by`` happen just before the first statement of the block that contains ``before``: somebody was faster."""
    waiting = [by]

    def between(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if waiting and before in sql:
            waiting.pop()()
        return execute(sql, *more)

    with connection.execute_wrapper(between):
        yield
    assert not waiting, f"no statement with {before}"


def copy(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def be_patient() -> None:
    """Let the thread wait for locks as long as a busy machine needs: what is asked is who waits, not how long."""
    with connection.cursor() as cursor:
        for limit in ("lock_timeout", "statement_timeout"):
            cursor.execute("SELECT set_config(%s, '60s', false)", [limit])


#: Whether another session waits for a lock of this one.
MAKES_WAIT = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"


class Overlap:
    """Two acts of which the second begins in the middle of the first: where the first calls ``rest``.

    The first goes on when the second is over or waits for a lock of the first.
    """

    def __init__(self) -> None:
        self._begins, self._is_over = Event(), Event()
        #: Whether the second was over before the first went on: no lock made it wait.
        self.was_overtaken = False

    def rest(self, *_args: object, **_more: object) -> None:
        """Let the second act begin, and wait for it."""
        if not self._begins.is_set():
            self._begins.set()
            self.was_overtaken = self._is_over_without_waiting()

    def _is_over_without_waiting(self) -> bool:
        with connection.cursor() as cursor:
            for _ in range(4000):
                if self._is_over.wait(0.01):
                    return True
                cursor.execute(MAKES_WAIT)
                if cursor.fetchone()[0]:
                    return False
        message = "the second act neither ended nor waited for the first"
        raise AssertionError(message)

    def around(self, called: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``called`` with a rest before it."""

        def late(*args: Any, **more: Any) -> Any:
            self.rest()
            return called(*args, **more)

        return late

    def run(self, first: Callable[[], object], second: Callable[[], object]) -> list[object]:
        """Do both; return what each returned or raised."""

        def follow() -> object:
            try:
                assert self._begins.wait(60), "the first act never came to its middle"
                return second()
            finally:
                self._is_over.set()

        return at_once(first, follow)
