"""Slots for work that costs much memory or time: a few at once, a few more that wait, and an answer for all others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore


class NoSlot(Exception):
    """No slot became free in time, or enough callers wait already."""


class Slots:
    """Let ``at_once`` callers of this process work at the same time, and ``waiting`` more wait for them.

    Each waiting caller keeps a thread of the web server, which is why their number is limited too.
    """

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._working = BoundedSemaphore(at_once)
        self._inside = BoundedSemaphore(at_once + waiting)

    @contextmanager
    def taken(self, *, seconds: float) -> Iterator[None]:
        """Hold a slot, after waiting at most ``seconds`` for it; raise ``NoSlot`` otherwise."""
        if not self._inside.acquire(blocking=False):
            raise NoSlot
        try:
            if not self._working.acquire(timeout=max(0.0, seconds)):
                raise NoSlot
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._inside.release()
