"""What the server of tests is answering: no test ends, and deletes its rows, in the middle of an answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Answering:
    """Counts the requests that are being answered, each in a thread of its own."""

    def __init__(self) -> None:
        self._number, self._changed = 0, Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one more until it is answered."""
        with self._changed:
            self._number += 1
        try:
            yield
        finally:
            with self._changed:
                self._number -= 1
                self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Return once nothing is being answered, after ``seconds`` at most, and whether it is so."""
        with self._changed:
            return self._changed.wait_for(lambda: self._number == 0, seconds)


#: Of the server of this process.
answering = Answering()
