"""Child processes that end with their parent, whatever ends it."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import SystemRandom

NOBODY = 65534
PR_SET_PDEATHSIG = 1
QUICK_END_SECONDS = 0.4
#: Systems give whoever connects a port above these.
SERVER_PORTS = range(20_000, 32_000)


@dataclass(frozen=True)
class Owner:
    """Who a server runs as: PostgreSQL refuses root, so root hands it to `nobody`."""

    user: int | None = None
    environment: Mapping[str, str] = field(
        default_factory=lambda: {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    )

    @classmethod
    def unprivileged(cls) -> "Owner":
        """Return `nobody` when root asks, else whoever asks."""
        return cls(user=NOBODY if is_root() else None)

    def take(self, path: Path) -> None:
        """Give `path` to this owner."""
        if self.user is not None:
            os.chown(path, self.user, self.user)

    def run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run `command` to its end and return what it said."""
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=self.environment,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )


def is_root() -> bool:
    """Tell whether this process may do anything."""
    return os.name == "posix" and os.geteuid() == 0


def free_port() -> int:
    """Return a port that nobody has and nobody was promised, of those that a system gives to nobody unasked.

    Of the others, one that is free now may be another connection's before the server listens, which can take seconds.
    The promise ends with this process.
    """
    for port in SystemRandom().sample(SERVER_PORTS, len(SERVER_PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _promise(port)
            return port
    message = "no port is free"
    raise OSError(message)


def _promise(port: int) -> None:
    """Keep the name of ``port`` from other processes, and from later calls, until this one ends."""
    if sys.platform != "linux":
        return
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0bekhedmatkom port {port}")
    except OSError:
        name.close()
        raise
    # Nobody closes it: the system does at the end of the process.
    name.detach()


def is_taken(port: int) -> bool:
    """Tell whether somebody answers on `port` of this machine."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    ends_with: signal.Signals = signal.SIGTERM,
    owner: Owner | None = None,
    environment: Mapping[str, str] | None = None,
    cwd: str | Path = "/",
    said: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that Ctrl-C reaches the parent alone; `said` goes to its input."""
    user = owner.user if owner else None
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if said is not None else subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env=dict(environment or (owner.environment if owner else os.environ)),
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            start_new_session=True,
            # Nothing else ends a child when its parent is killed outright, and no thread of ours runs yet.
            preexec_fn=_die_with_parent(ends_with),  # noqa: PLW1509
        )
    if process.stdin and said is not None:
        process.stdin.write(said.encode())
        process.stdin.close()
    return process


def _die_with_parent(ends_with: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, int(ends_with)) and None


def wait_for_port(process: subprocess.Popen[bytes], port: int, *, log: Path, name: str) -> None:
    """Return when `port` answers; raise with the end of the log when the process dies or half a minute has passed."""
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        if is_taken(port):
            return
        time.sleep(0.02)
    msg = f"{name} did not start:\n{tail(log)}"
    raise RuntimeError(msg)


def tail(log: Path) -> str:
    """Return the last two thousand characters of a log."""
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""


def stop(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, patience: float = 20) -> None:
    """Ask `process` to end, and end it when it does not within `patience` seconds."""
    stop_all([process], by=by, patience=patience)


def stop_all(
    processes: Sequence[subprocess.Popen[bytes]], *, by: signal.Signals = signal.SIGTERM, patience: float = 20
) -> None:
    """Ask `processes` to end, all at once, and end those that have not ended after `patience` seconds.

    SIGQUIT is the quick end of gunicorn, Celery and PostgreSQL: they drop what they are at, and leave nothing broken.
    What does not heed it within `QUICK_END_SECONDS` is killed with its session.
    """
    left = [process for process in processes if process.poll() is None]
    for how, seconds in ((by, patience), (signal.SIGQUIT, QUICK_END_SECONDS)):
        for process in left:
            process.send_signal(how)
        left = _still_running(left, seconds)
    for process in left:
        _kill_with_session(process)


def _still_running(processes: list[subprocess.Popen[bytes]], seconds: float) -> list[subprocess.Popen[bytes]]:
    deadline = time.monotonic() + seconds
    while (left := [process for process in processes if process.poll() is None]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _kill_with_session(process: subprocess.Popen[bytes]) -> None:
    """Kill `process`, and its children where it leads a session of its own: they would go on without it."""
    with contextlib.suppress(ProcessLookupError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
