"""Commands that have the terminal: Ctrl-C ends them and whatever they started, within seconds and in a sentence."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from config.devstack import throwaway
from config.devstack.processes import QUICK_END_SECONDS
from config.devstack.state import ROOT

INTERRUPTED = 130  # what a shell expects of a command that Ctrl-C ended
UNREAD = 141  # and of one whose output nobody reads any more
PR_SET_CHILD_SUBREAPER = 36
PATIENCE_SECONDS = 2.0

type _Handler = Callable[[int, FrameType | None], None]


class _Wish:
    """Whether somebody asked to stop, by which signal, and since when."""

    def __init__(self) -> None:
        self.by: int | None = None
        self.since = 0.0

    def note(self, number: int, _frame: FrameType | None) -> None:
        """Take the first wish; a second one changes nothing."""
        if self.by is None:
            self.by, self.since = number, time.monotonic()

    def is_overdue(self) -> bool:
        """Tell whether the patience is at its end."""
        return self.by is not None and time.monotonic() - self.since > PATIENCE_SECONDS


def run(command: Sequence[str | Path], *, name: str) -> int:
    """Run `command` and return its status, or 130 when it was stopped by Ctrl-C or a plain kill.

    It has two seconds to tidy up; then all that it started is ended, and its throw-away folders are removed.
    """
    wish = _Wish()
    with throwaway.folder() as scratch, _heard(wish.note, wish.note):
        _become_parent_of_orphans()
        process = subprocess.Popen(command, env=os.environ | {throwaway.PARENT: str(scratch)}, cwd=ROOT)
        while process.poll() is None and wish.by is None:
            time.sleep(0.05)
        if wish.by is None:
            return int(process.returncode)
        print(f"\nStopping {name} …", file=sys.stderr, flush=True)
        if wish.by == signal.SIGTERM:  # which came to this process alone; Ctrl-C comes to both
            process.send_signal(signal.SIGINT)
        while process.poll() is None and not wish.is_overdue():
            time.sleep(0.05)
        _end_descendants(process)
        print("Removing its files …", file=sys.stderr, flush=True)
        return INTERRUPTED


def run_interactive(command: Sequence[str | Path], *, environment: Mapping[str, str]) -> int:
    """Run `command`, to which Ctrl-C belongs: in a shell it ends a line and not the shell."""
    process = subprocess.Popen(command, env=dict(environment), cwd=ROOT)
    with _heard(lambda _number, _frame: None, lambda _number, _frame: process.terminate()):
        return process.wait()


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """End without a traceback at Ctrl-C, and where whoever read the output, such as `head`, has seen enough."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # What is still to be written goes nowhere, instead of into an error at the very end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(UNREAD)


@contextlib.contextmanager
def _heard(interrupt: _Handler, terminate: _Handler) -> Iterator[None]:
    """Let a function hear of Ctrl-C and of a plain kill, instead of being torn out of what must be undone."""
    before = signal.signal(signal.SIGINT, interrupt), signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def _become_parent_of_orphans() -> None:
    """Inherit every descendant whose own parent ends, so that none of them gets out of sight."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _end_descendants(process: subprocess.Popen[bytes]) -> None:
    """Ask every descendant to end, and kill those that are there after a moment."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + QUICK_END_SECONDS
        for child in _descendants():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, how)
        while _descendants() and time.monotonic() < deadline:
            _reap(process)
            time.sleep(0.02)
    if process.poll() is None:  # elsewhere than on Linux
        process.kill()
        process.wait()


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.poll()
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _descendants() -> list[int]:
    """Return the processes below this one that have not ended; elsewhere than on Linux nobody says which they are."""
    parents = dict(_parents())
    found: list[int] = []
    wanted = [os.getpid()]
    while wanted:
        parent = wanted.pop()
        children = [child for child in parents if parents[child] == parent]
        found += children
        wanted += children
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # The name of a program stands in brackets, and may hold some itself.
            status, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if status != "Z":
                yield int(entry.name), int(parent)
