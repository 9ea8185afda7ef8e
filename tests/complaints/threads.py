"""Several acts at the same moment, each in a thread with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from django.db import connection

from complaints.models import Case


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all ``acts`` in threads of their own at the same moment; return what each returned or raised."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return act()
        except Exception as error:  # noqa: BLE001 - the outcome is what is asserted
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def copy(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


#: How long the first of two waits where nothing holds the second up: a slow machine must not decide.
UNHINDERED = 30.0


class Overlap:
    """Two acts of which the second begins in the middle of the first: where the first calls ``rest``.

    The first goes on when the second is over, or after ``patience`` seconds, if it waits for a lock of the first.
    """

    def __init__(self, patience: float = 0.5) -> None:
        self._patience, self._begins, self._is_over = patience, Event(), Event()
        #: Whether the second was over before the first went on: no lock made it wait.
        self.was_overtaken = False

    def rest(self, *_args: object, **_more: object) -> None:
        """Let the second act begin, and wait for it."""
        if not self._begins.is_set():
            self._begins.set()
            self.was_overtaken = self._is_over.wait(self._patience)

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
                assert self._begins.wait(20), "the first act never came to its middle"
                return second()
            finally:
                self._is_over.set()

        return at_once(first, follow)
