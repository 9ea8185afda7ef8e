"""Give a test run throw-away servers and settings, before pytest-django reads them (hence `-p`, not a conftest)."""

import atexit
import contextlib
import os
from base64 import b64encode

import pytest

from config import catalogue
from config.devstack import throwaway
from config.devstack.state import ROOT

SETTINGS = {
    "EMBEDDED": "true",
    "SECRET_KEY": "used by tests alone",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "PUBLIC_URL": "http://testserver",
    "IDENTITY_KEYS": f"test:{b64encode(bytes(range(32))).decode()}",
    "LOOKUP_KEY": b64encode(bytes(range(32, 64))).decode(),
    "HISTORY_KEYS": f"test:{b64encode(bytes(range(64, 96))).decode()}",
    "STATIC_MANIFEST": "false",
    "ADMIN_ENABLED": "true",
    "LOG_LEVEL": "WARNING",
}
#: Names the folder in which the workers of a run share what one of them has made.
OF_THE_RUN = "FOLDER_OF_THE_RUN"


def _begin() -> None:
    """Start what the environment does not name; pytest-xdist's workers inherit what their controller started."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    catalogue.compile_if_stale(ROOT)
    stack = contextlib.ExitStack()
    # Not a pytest hook: a run that fails before it is configured must leave nothing behind either.
    atexit.register(stack.close)
    started = stack.enter_context(throwaway.started(os.environ))
    # Whoever starts many runs on servers of their own says so.
    is_thrown_away = "DATABASE_URL" in started or os.environ.get("DATABASE_IS_THROWN_AWAY") == "True"
    os.environ.update(started, DATABASE_IS_THROWN_AWAY=str(is_thrown_away))
    os.environ[OF_THE_RUN] = str(stack.enter_context(throwaway.folder()))


class Interrupted:
    """Says at Ctrl-C how far the run came: the summary itself waits for the workers, longer than it may."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_keyboard_interrupt(self) -> None:
        """Print how many tests passed and failed, once the line of dots is ended."""
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            counted = {name: len(reporter.stats.get(name, ())) for name in ("passed", "failed", "error")}
            reporter.write_line("")
            reporter.write_line("Until now: {passed} passed, {failed} failed, {error} errors.".format(**counted))
            reporter.flush()


def pytest_configure(config: pytest.Config) -> None:
    """Let a run that is interrupted say how far it came."""
    config.pluginmanager.register(Interrupted(config))


_begin()
