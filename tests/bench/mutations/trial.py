"""One mutant in a copy of the tree: write it, run the tests of its line until one fails, and write it back."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import psycopg

from tests.bench.mutations.covering import Recorded, environment
from tests.bench.mutations.mutants import Mutant

KILLED, TIMED_OUT, SURVIVED, UNCOVERED = "killed", "timed out", "survived", "not covered"
#: A change with which nothing can be imported says nothing about the tests, and does not count.
STILLBORN = "stillborn"
#: What is never part of a run. The documents are: what is generated from a table tells a change of it.
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", ".local", "*_cache", "__pycache__", "media")
#: A run may use so much of a processor: its start, and its tests a few times as long as recorded. By the clock
#: it may take this many times as long, since others may use the machine: they say nothing about the mutant.
START_SECONDS, TIMES, BY_THE_CLOCK = 60, 5, 10
LIMITED = ["sh", "-c", 'ulimit -t "$1" && shift && exec "$@"', "sh"]
PASSED, FAILED = 0, 1
#: So many tests of one mutant may fail without it; more say that the copy itself is wrong.
MOST_DOUBTFUL = 4


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant, why, under which tests, and how long that took by the clock, where it was measured."""

    fate: str
    why: str
    judges: str
    seconds: float = 0.0

    @staticmethod
    def fingerprint(tests: Sequence[Recorded], most: float) -> str:
        """Return what changes when other tests would judge."""
        return hashlib.sha256(repr(([test.name for test in tests], most)).encode()).hexdigest()[:12]


class Copy:
    """A copy of the tree with a test database of its own, for one mutant at a time."""

    def __init__(self, root: Path, folder: Path, servers: Mapping[str, str]) -> None:
        """``servers`` are those of this copy alone, as ``throwaway.started`` yields them."""
        shutil.copytree(root, folder, ignore=LEFT_OUT)
        self.folder = folder
        self.cluster = f"{servers['ADMIN_DATABASE_URL'].rpartition('/')[0]}/postgres"
        self.environment = environment() | servers | {"DATABASE_IS_THROWN_AWAY": "True"}
        self._unchanged: dict[str, bool] = {}

    def judge(self, mutant: Mutant, tests: Sequence[Recorded], *, most: float) -> Verdict:
        """Run the nearest tests of the mutant, at most for so many recorded seconds, until one fails.

        A test that fails without the change too judges nothing. Raises RuntimeError where many do.
        """
        fingerprint = Verdict.fingerprint(tests, most)
        if not tests:
            return Verdict(UNCOVERED, "no test runs it", fingerprint)
        spent = accumulate(test.seconds for test in tests)
        near = [test for test, seconds in zip(tests, spent, strict=True) if seconds <= most] or [tests[0]]
        failed = ""
        for _ in range(MOST_DOUBTFUL):
            status, output = self._changed(mutant, near)
            failed = next(iter(re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", output, re.MULTILINE)), "")
            # Without the name of a test it did not come to any: what it runs in was not there.
            if status != FAILED or not failed or self._passes_unchanged(failed):
                return _verdict(status, output, failed, f"{len(near)} of {len(tests)}", fingerprint)
            near = [test for test in near if test.name != failed]
        message = f"Tests fail without any change, the last of them {failed}."
        raise RuntimeError(message)

    def _changed(self, mutant: Mutant, tests: Sequence[Recorded]) -> tuple[int | None, str]:
        file = self.folder / mutant.file
        original = file.read_bytes()
        try:
            file.write_bytes(mutant.applied(original))
            return self._run([test.name for test in tests], sum(test.seconds for test in tests))
        finally:
            file.write_bytes(original)

    def _passes_unchanged(self, test: str) -> bool:
        """Tell whether a test passes alone on the code as it is; asked once for each."""
        if test not in self._unchanged:
            self._unchanged[test] = self._run([test], 0)[0] == PASSED
        return self._unchanged[test]

    def _run(self, tests: Sequence[str], recorded: float) -> tuple[int | None, str]:
        """Return how pytest ended with tests that took so many seconds, None where it was ended, and its words."""
        self._drop_database()
        seconds = round(START_SECONDS + TIMES * recorded)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-rfE", "--tb=no", "-p", "no:cacheprovider"]
        process = subprocess.Popen(
            [*LIMITED, str(seconds), *command, *tests],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=BY_THE_CLOCK * seconds)
        except subprocess.TimeoutExpired:
            return None, ""
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        return (process.returncode if process.returncode >= 0 else None), output

    def _drop_database(self) -> None:
        """Let the run copy the migrated database anew: a test that was ended leaves its rows."""
        with psycopg.connect(self.cluster, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS test_app WITH (FORCE)")


def _verdict(status: int | None, output: str, failed: str, tests: str, fingerprint: str) -> Verdict:
    if status is None:
        return Verdict(TIMED_OUT, "the tests did not end", fingerprint)
    if status == PASSED:
        return Verdict(SURVIVED, f"{tests} tests of the line passed", fingerprint)
    if status == FAILED and failed:
        return Verdict(KILLED, failed, fingerprint)
    # Pytest says the same of tests that it does not find: what it said is kept.
    said = re.findall(r"^(?:E  |ERROR|\w*Error).*", output, re.MULTILINE)
    return Verdict(STILLBORN, "; ".join(["it cannot be imported", *said[-1:]]), fingerprint)
