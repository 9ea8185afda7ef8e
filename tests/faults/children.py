"""Children forked from this process, which has everything loaded: a fresh start would cost seconds, a fork a moment."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.devstack.processes import PR_SET_PDEATHSIG


@dataclass
class Child:
    """One forked process; whoever forked it waits for it."""

    pid: int
    status: int | None = None

    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is None

    def kill(self) -> None:
        """End it without a word."""
        if self.is_alive():
            os.kill(self.pid, signal.SIGKILL)
            self.wait()

    def wait(self) -> int:
        """Return how it ended."""
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status


def fork(work: Callable[[], object], log: Path | None = None) -> Child:
    """Do the work in a child that dies with this process; what it says goes to `log`, if there is one."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Child(pid)
    code = 1
    try:
        _die_with_parent()
        if log is not None:
            _speak_into(log)
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - nothing of this child may go on as if it were its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def _speak_into(log: Path) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(handle, stream)
