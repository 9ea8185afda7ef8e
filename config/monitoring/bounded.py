"""Checks of things that may hang: a page waits for their answer for a second, and no longer."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock, Thread
from typing import Final

from django.db import connections

SECONDS: Final = 1.0


class Bounded[T]:
    """Calls a check in a thread and waits for at most a second; callers at the same time share one call.

    A check that hangs for ever, as a lost network disk does, holds one thread and no page.
    """

    def __init__(self, check: Callable[[], T], *, seconds: float = SECONDS) -> None:
        """Take the check, and how long to wait for it."""
        self._check, self._seconds = check, seconds
        self._lock = Lock()
        self._running: Future[T] | None = None

    def answer(self) -> T | None:
        """Return what the check returns; None if it raises, or takes too long."""
        with suppress(Exception):
            return self._current().result(timeout=self._seconds)
        return None

    def _current(self) -> Future[T]:
        with self._lock:
            if self._running is None or self._running.done():
                self._running = Future()
                Thread(target=self._run, args=(self._running,), daemon=True).start()
            return self._running

    def _run(self, future: Future[T]) -> None:
        try:
            future.set_result(self._check())
        except BaseException as error:  # noqa: BLE001 - whatever a driver raises, those who wait are told
            future.set_exception(error)


class BoundedQuery[T](Bounded[T]):
    """The same for what asks the database: the thread has connections of its own, which end with it."""

    def _run(self, future: Future[T]) -> None:
        try:
            super()._run(future)
        finally:
            connections.close_all()
