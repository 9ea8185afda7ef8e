"""Lines that say how far a long count is, at most one each second."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

_SECONDS: Final = 1.0


class ProgressLines:
    """Writes "entries: 2,000 of 10,000" and the like."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._written_at = 0.0

    def __call__(self, step: str, done: int, whole: int) -> None:
        """Write a line, unless one was written less than a second ago and the step goes on."""
        if done < whole and monotonic() < self._written_at + _SECONDS:
            return
        self._written_at = monotonic()
        self._write(f"{step}: {done:,} of {whole:,}")
