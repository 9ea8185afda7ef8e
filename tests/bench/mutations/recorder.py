"""A pytest plugin that writes down for each test which lines of the applications it ran, and how long it took.

``sys.monitoring`` tells each line once for each test, which costs a few per cent; fixtures count for their test.
"""

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

RECORD = "MUTATIONS_RECORD"
APPS = ("accounts", "agencies", "complaints", "kit", "notifications", "reports")
ROOT = Path(__file__).parents[3]


class Recorder:
    """Appends a line of JSON for each test that passed; a bit of a number stands for a line of a file."""

    def __init__(self, file: Path) -> None:
        self._written = file.open("a", encoding="utf-8")
        self._files: dict[str, str | None] = {}
        self._lines: dict[str, int] = defaultdict(int)
        self._failed = False
        watch = sys.monitoring
        watch.use_tool_id(watch.COVERAGE_ID, "mutations")
        watch.register_callback(watch.COVERAGE_ID, watch.events.LINE, self._note)
        watch.set_events(watch.COVERAGE_ID, watch.events.LINE)

    def _note(self, code: CodeType, line: int) -> object:
        name = code.co_filename
        if name not in self._files:
            self._files[name] = _own(name)
        if (own := self._files[name]) is not None:
            self._lines[own] |= 1 << line
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Record one test."""
        self._lines.clear()
        self._failed = False
        sys.monitoring.restart_events()
        began = time.monotonic()
        result = yield
        if not self._failed:
            lines = {file: f"{bits:x}" for file, bits in self._lines.items()}
            said = {"test": item.nodeid, "seconds": round(time.monotonic() - began, 3), "lines": lines}
            self._written.write(f"{json.dumps(said)}\n")
            self._written.flush()
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that fails anyway, or is skipped, judges no mutant."""
        self._failed = self._failed or not report.passed


def _own(name: str) -> str | None:
    """Return the path of a file of the applications in the project, None of any other."""
    try:
        path = Path(name).relative_to(ROOT)
    except ValueError:
        return None
    return path.as_posix() if path.parts[0] in APPS and "migrations" not in path.parts else None


def pytest_configure(config: pytest.Config) -> None:
    """Record in every process that runs tests; the one that hands them out to others runs none."""
    if getattr(config.option, "numprocesses", None) and "PYTEST_XDIST_WORKER" not in os.environ:
        return
    folder = Path(os.environ[RECORD])
    config.pluginmanager.register(Recorder(folder / f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.jsonl"))
