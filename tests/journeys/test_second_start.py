"""The system of the journeys is the second start on one state: it keeps what the first has left, and its processes."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from tests import stacks
from tests.journeys.site import Site
from tests.stacks import Stack


def kill_beat(running: Stack) -> None:
    """Kill beat, and wait until another one has taken its place and sends."""
    with running.connected() as connection:
        (pid,) = _pids_of(running.folder, "config.beat")
        os.killpg(pid, signal.SIGKILL)
        said = "The beat process ended by itself and is started again"
        running.wait(lambda: said in running.output.read_text(), alive=True)
        killed_at = connection.execute("SELECT now()").fetchone()[0]  # type: ignore[index]
        connection.commit()
        sent = "SELECT count(*) FROM notifications_periodictask WHERE sent_at > %s"
        running.wait(lambda: connection.execute(sent, [killed_at]).fetchone()[0] > 0, alive=True)  # type: ignore[index]


def _pids_of(folder: Path, module: str) -> list[int]:
    """Return the processes that run a module with this state."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_ours = str(folder).encode() in (entry / "environ").read_bytes()
            if is_ours and (entry / "cmdline").read_bytes().endswith(f"-m\0{module}\0".encode()):
                found.append(int(entry.name))
    return found


def test_a_second_start_serves_what_the_first_has_left(site: Site) -> None:
    first = stacks.demonstrated().seen
    assert site.seen == {"statuses": first["statuses"], "stand-in": None, "cases": first["cases"]}


def test_a_beat_that_is_killed_is_started_again(site: Site) -> None:
    kill_beat(site.stack)
