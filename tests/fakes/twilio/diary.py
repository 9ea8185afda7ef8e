"""What the stand-in is to do later."""

import heapq
import threading
import time
from collections.abc import Callable


class Diary:
    """What is to be done later, done by a few threads; it ends with the server."""

    def __init__(self, closing: threading.Event) -> None:
        """Begin with nothing to do."""
        self.closing = closing
        self.changed = threading.Condition()
        self.entries: list[tuple[float, int, Callable[[], None]]] = []
        self.count = 0
        self.working = 0

    def note(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something after so many seconds."""
        with self.changed:
            self.count += 1
            heapq.heappush(self.entries, (time.monotonic() + seconds, self.count, act))
            self.changed.notify()

    def work(self) -> None:
        """Do what is due, until the server closes."""
        while (act := self._next()) is not None:
            try:
                act()
            finally:
                with self.changed:
                    self.working -= 1
                    self.changed.notify_all()

    def _next(self) -> Callable[[], None] | None:
        with self.changed:
            while not self.closing.is_set():
                left = self.entries[0][0] - time.monotonic() if self.entries else None
                if left is not None and left <= 0:
                    self.working += 1
                    return heapq.heappop(self.entries)[2]
                self.changed.wait(left)
            return None

    def close(self) -> None:
        """Wake the threads, so that they end."""
        with self.changed:
            self.changed.notify_all()

    def wait_until_empty(self, seconds: float) -> bool:
        """Return whether all was done within so many seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: not self.entries and not self.working, seconds)
