"""Which tests run a line: recorded once, kept beside the state, and recorded again where something has changed."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.bench import progress
from tests.bench.mutations import recorder
from tests.bench.mutations.mutants import Mutant, mentions

#: The folders whose tests are about the core; those that drive a browser or kill processes would take too long.
TESTS = ("tests/agencies", "tests/complaints", "tests/notifications")
MARKS = "not browser and not faults"
#: What pytest-xdist appends to the name of a test that must share a process with others; nothing runs by that name.
GROUP = re.compile(r"@[^\[\]]*$")


@dataclass(frozen=True)
class Recorded:
    """A test that passed: how long it took, and the lines it ran, a bit of a number for each line of a file."""

    name: str
    seconds: float
    lines: Mapping[str, int]

    def runs(self, file: str, lines: Iterable[int]) -> bool:
        """Tell whether the test runs one of the lines."""
        bits = self.lines.get(file, 0)
        return any(bits >> line & 1 for line in lines)


class Coverage:
    """The recorded tests of one state of the code."""

    def __init__(self, root: Path, recorded: Sequence[Recorded]) -> None:
        self.root, self.recorded = root, recorded

    def tests(self, mutant: Mutant) -> list[Recorded]:
        """Return the tests that run the line, those of its own folder first, then the quick ones first.

        A line that runs when it is imported is run by the tests that run a line which reads what it defines.
        """
        lines = range(mutant.line, mutant.end_line + 1)
        if mutant.names:
            places = [place for name in mutant.names for place in self._mentions[name]]
            found = [test for test in self.recorded if any(test.runs(file, [line]) for file, line in places)]
            found += [test for test in self.recorded if test not in found and _is_near(test, mutant.file)]
        else:
            found = [test for test in self.recorded if test.runs(mutant.file, lines)]
        return sorted(found, key=lambda test: (not _is_near(test, mutant.file), test.seconds, test.name))

    @cached_property
    def _mentions(self) -> Mapping[str, list[tuple[str, int]]]:
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for file in sources(self.root):
            for name, line in mentions((self.root / file).read_bytes()):
                found[name].append((file, line))
        return found


def _is_near(test: Recorded, file: str) -> bool:
    """Tell whether a test stands where the tests of a file belong: in its folder's mirror, or under its name."""
    path = Path("tests") / file
    return test.name.startswith((f"{path.parent}/", f"{path.parent.parent}/test_{path.parent.name}.py")) or (
        test.name.startswith(f"{path.parent}/test_{path.stem}")
    )


def sources(root: Path) -> list[str]:
    """Return the files of the applications."""
    files = (path for app in recorder.APPS for path in (root / app).rglob("*.py"))
    return sorted(path.relative_to(root).as_posix() for path in files if "migrations" not in path.parts)


def read(root: Path, folder: Path, tests: Sequence[str]) -> Coverage:
    """Return what the tests run, recording in ``folder`` what has not been, or not since it was changed.

    A change of the applications moves their lines: then all is recorded again.
    """
    kept = folder / f"covered-{_digest(root, sources(root))}"
    kept.mkdir(parents=True, exist_ok=True)
    known = {entry.name for entry in kept.iterdir()}
    found = (
        path for test in tests for path in ([root / test] if test.endswith(".py") else (root / test).rglob("test_*.py"))
    )
    files = sorted({path.relative_to(root).as_posix() for path in found})
    wanted = {_digest(root, [file]): file for file in files}
    if missing := [file for digest, file in wanted.items() if digest not in known]:
        progress.say(f"Recording which lines the tests of {len(missing)} files run …")
        _record(root, kept, missing)
    lines = (line for digest in wanted for line in (kept / digest).read_text(encoding="utf-8").splitlines())
    return Coverage(root, [_read(json.loads(line)) for line in lines])


def _read(said: Mapping[str, Any]) -> Recorded:
    lines = {file: int(bits, 16) for file, bits in said["lines"].items()}
    return Recorded(GROUP.sub("", said["test"]), said["seconds"], lines)


def _record(root: Path, kept: Path, files: Sequence[str]) -> None:
    """Run the tests of the files, and keep what each file's tests ran under the digest of the file."""
    fresh = kept / "fresh"
    fresh.mkdir(exist_ok=True)
    for left in fresh.iterdir():
        left.unlink()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.bench.mutations.recorder", "-m", MARKS, *files]
    command += ["--numprocesses=2", "--dist=loadgroup"] if len(files) > 1 else []
    # A test that fails is not recorded, and judges nothing.
    subprocess.run(command, cwd=root, env=environment() | {recorder.RECORD: str(fresh)}, stdout=sys.stderr, check=False)
    by_file: dict[str, list[str]] = {file: [] for file in files}
    for written in fresh.glob("*.jsonl"):
        for line in written.read_text(encoding="utf-8").splitlines():
            by_file[json.loads(line)["test"].partition("::")[0]].append(line)
        written.unlink()
    fresh.rmdir()
    for file, lines in by_file.items():
        (kept / _digest(root, [file])).write_text("\n".join(lines), encoding="utf-8")


def environment() -> dict[str, str]:
    """Return this environment without the settings of a benchmark, which are not those of the tests."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def _digest(root: Path, files: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.encode() + b"\0" + (root / file).read_bytes())
    return digest.hexdigest()[:20]
