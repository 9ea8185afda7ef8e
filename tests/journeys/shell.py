"""A shell inside the running system that stays open: to start one takes seconds, and journeys need many."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.devstack import processes
from config.devstack.state import ROOT

_LOOP = """
import contextlib, io, json, sys, traceback
answers = sys.stdout
for line in sys.stdin:
    printed, failed = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(printed):
            exec(json.loads(line), {})
    except Exception:
        failed = traceback.format_exc()
    print(json.dumps([printed.getvalue(), failed]), file=answers, flush=True)
"""


@dataclass(frozen=True)
class Shell:
    """An open shell: lines of code go in, what they print comes out."""

    code: IO[str]
    answers: IO[str]

    def run(self, code: str) -> str:
        """Run ``code`` in a namespace of its own and return what it printed; raises with the traceback if it failed."""
        self.code.write(json.dumps(code) + "\n")
        self.code.flush()
        answer = self.answers.readline()
        printed, failed = json.loads(answer) if answer else ("", "the shell has ended")
        if failed:
            raise AssertionError(failed)
        return str(printed)


@contextlib.contextmanager
def opened(environment: Mapping[str, str], folder: Path) -> Iterator[Shell]:
    """Open a shell in the system of this environment; what it logs goes into ``folder``."""
    command = [sys.executable, "-m", "config.devstack", "manage", "shell", "--no-imports", "-c", _LOOP]
    with (folder / "shell.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), text=True, bufsize=1, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Shell(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        process.stdout.close()
        processes.stop(process, patience=5)
