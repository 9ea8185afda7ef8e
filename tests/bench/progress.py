"""What a benchmark is at, said on the standard error: the figures alone go to the standard output."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

#: Seconds between two lines, on a terminal where each takes the place of the one before, and elsewhere.
ON_A_TERMINAL, ELSEWHERE = 0.1, 10.0
TO_THE_END = "\x1b[K"


def say(line: str) -> None:
    """Say what begins now."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def follow[T](items: Sequence[T], what: str, *, size: int = 1, whole: int | None = None) -> Iterator[T]:
    """Yield the items, and say how far it is: "Making up cases: 4,000 of 10,000".

    Each item counts for ``size`` up to ``whole``, which is what all of them count for unless it is given. Nothing is
    said while an item is in use, so that it can be timed.
    """
    whole = len(items) * size if whole is None else whole
    is_terminal = sys.stderr.isatty()
    pause, said = ON_A_TERMINAL if is_terminal else ELSEWHERE, -ELSEWHERE
    for place, item in enumerate(items):
        if time.monotonic() - said >= pause:
            said = time.monotonic()
            line = f"{what}: {min((place + 1) * size, whole):,} of {whole:,}"
            sys.stderr.write(f"\r{line}{TO_THE_END}" if is_terminal else f"{line}\n")
            sys.stderr.flush()
        yield item
    if is_terminal and items:
        sys.stderr.write(f"\r{TO_THE_END}")
        sys.stderr.flush()


def portions(what: str, *, whole: int) -> Callable[[Sequence[int], int], Iterable[int]]:
    """Return what ``complaints.simulation.generate`` follows its portions with."""
    return lambda starts, size: follow(starts, what, size=size, whole=whole)
