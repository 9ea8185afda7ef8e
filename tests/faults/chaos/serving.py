"""The pages as gunicorn serves them, and the disk of their files: both can be broken, and mended again."""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from random import Random

import urllib3

from tests.faults.children import Child, fork

#: What a full disk has left, and the largest file where no disk can be mounted: less than a photo takes.
LEFT_BYTES = 16 * 1024
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000
START_SECONDS = 60


class Web:
    """Gunicorn with workers of its own, forked from this process; ``weaken`` runs in it before it loads the pages."""

    def __init__(self, base: Path, weaken: Callable[[], None] = lambda: None) -> None:
        self.port = int(os.environ["PORT"])

        def serve() -> None:
            weaken()
            sys.argv = ["gunicorn", "--config", "python:config.web", "config.wsgi"]
            import_module("gunicorn.app.wsgiapp").run()

        self.child: Child = fork(serve, base / "web.log")
        self.wait()

    def workers(self) -> list[int]:
        """Return the processes that answer."""
        children = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def kill_one(self, dice: Random) -> None:
        """End one of the workers without a word, whatever it is at."""
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(dice.choice(self.workers()), signal.SIGKILL)

    def wait(self) -> None:
        """Return when the pages answer."""
        wait_for_pages(self.port)

    def end(self) -> None:
        """End it with its workers."""
        if self.child.is_alive():
            os.kill(self.child.pid, signal.SIGTERM)
            self.child.wait()


def wait_for_pages(port: int) -> None:
    """Return when the first page and the check of all that it needs answer 200."""
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port):
        if time.monotonic() > deadline:
            message = "The pages do not answer."
            raise RuntimeError(message)
        time.sleep(0.05)


def _answers(port: int) -> bool:
    pool = urllib3.HTTPConnectionPool("127.0.0.1", port, timeout=5, retries=False)
    with contextlib.suppress(urllib3.exceptions.HTTPError):
        return all(pool.request("GET", path, redirect=False).status == 200 for path in ("/ar/", "/health/ready"))
    return False


class Disk:
    """The disk below a folder, which can be full: a small one of its own for root, else a limit on every new file."""

    def __init__(self, folder: Path, *, room: int) -> None:
        self.folder = folder
        folder.mkdir()
        self.is_mounted = _mount(folder, room)
        self._limited: list[int] = []

    def fill(self, pids: Callable[[], list[int]]) -> None:
        """Leave less room than a photo takes; ``pids`` returns the processes that write files."""
        if self.is_mounted:
            room = os.statvfs(self.folder)
            ballast = max(0, room.f_bavail * room.f_frsize - LEFT_BYTES)
            # Somebody else may take the last of the room meanwhile.
            with contextlib.suppress(OSError), self._ballast().open("ab", buffering=0) as file:
                file.write(bytes(ballast))
        else:
            self._limited = pids()
            _limit_files(self._limited, LEFT_BYTES)

    def mend(self) -> None:
        """Give the room back."""
        if self.is_mounted:
            self._ballast().unlink(missing_ok=True)
        _limit_files(self._limited, resource.RLIM_INFINITY)
        self._limited = []

    def _ballast(self) -> Path:
        return self.folder / "ballast"


def _limit_files(pids: list[int], size: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def _mount(folder: Path, room: int) -> bool:
    """Mount a small disk that nobody outside sees, and that goes when the last process of the run does."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() or sys.platform != "linux" or libc.unshare(CLONE_NEWNS):
        return False
    if libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={room},mode=755", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def web(base: Path, weaken: Callable[[], None] = lambda: None) -> Iterator[Web]:
    """Serve the pages, and end them."""
    made = Web(base, weaken)
    try:
        yield made
    finally:
        made.end()
