"""The name under which a process keeps its metrics in the folder that the processes of one machine share.

prometheus-client keeps a file for each process, by default named by its id. Processes that are replaced every few
thousand requests would leave files for ever; so that they do not, a new process goes on counting in the file of one
that has ended.
"""

from __future__ import annotations

import fcntl
import os
from itertools import count
from pathlib import Path
from typing import IO

from django.conf import settings

#: The file whose lock says that a slot is taken, and the process that took it: a lock is not inherited by a fork.
_taken: dict[int, tuple[int, IO[bytes]]] = {}


def slot() -> int:
    """Return the number of this process, which no other living process of the folder has; the lowest that is free."""
    mine = _taken.get(os.getpid())
    if mine is None:
        _taken.clear()
        mine = _taken[os.getpid()] = _take(Path(settings.PROMETHEUS_MULTIPROC_DIR))
    return mine[0]


def _take(folder: Path) -> tuple[int, IO[bytes]]:
    folder.mkdir(parents=True, exist_ok=True)
    for number in count():
        handle = (folder / f"slot-{number}.lock").open("wb")
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
        else:
            return number, handle
    raise AssertionError
