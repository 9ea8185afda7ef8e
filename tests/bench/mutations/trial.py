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
#: What is never part of a run.
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", ".local", "*_cache", "__pycache__", "media", "docs")
#: A run may take so long: its start, and its tests a few times as long as they were recorded.
START_SECONDS, TIMES = 90, 5
PASSED, FAILED = 0, 1


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant, why, and under which tests."""

    fate: str
    why: str
    judges: str

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

    def judge(self, mutant: Mutant, tests: Sequence[Recorded], *, most: float) -> Verdict:
        """Run the nearest tests of the mutant, at most for so many recorded seconds, until one fails."""
        fingerprint = Verdict.fingerprint(tests, most)
        if not tests:
            return Verdict(UNCOVERED, "no test runs it", fingerprint)
        spent = accumulate(test.seconds for test in tests)
        near = [test for test, seconds in zip(tests, spent, strict=True) if seconds <= most] or [tests[0]]
        file = self.folder / mutant.file
        original = file.read_bytes()
        try:
            file.write_bytes(mutant.applied(original))
            status, output = self._run(near)
        finally:
            file.write_bytes(original)
        if status is None:
            return Verdict(TIMED_OUT, "the tests did not end", fingerprint)
        if status == PASSED:
            return Verdict(SURVIVED, f"{len(near)} of {len(tests)} tests of the line passed", fingerprint)
        if status != FAILED:
            return Verdict(STILLBORN, "it cannot be imported", fingerprint)
        failed = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", output, re.MULTILINE)
        return Verdict(KILLED, ", ".join(failed[:1]), fingerprint)

    def _run(self, tests: Sequence[Recorded]) -> tuple[int | None, str]:
        """Return how pytest ended, None where it was ended, and what it said."""
        self._drop_database()
        command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-rfE", "--tb=no", "-p", "no:cacheprovider"]
        process = subprocess.Popen(
            [*command, *(test.name for test in tests)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=START_SECONDS + TIMES * sum(test.seconds for test in tests))
        except subprocess.TimeoutExpired:
            return None, ""
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        return process.returncode, output

    def _drop_database(self) -> None:
        """Let the run copy the migrated database anew: a test that was ended leaves its rows."""
        with psycopg.connect(self.cluster, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS test_app WITH (FORCE)")
