"""Give a test run throw-away servers and settings, before pytest-django reads them (hence `-p`, not a conftest)."""

import atexit
import contextlib
import os
from base64 import b64encode

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
    os.environ.update(started, DATABASE_IS_THROWN_AWAY=str("DATABASE_URL" in started))
    os.environ[OF_THE_RUN] = str(stack.enter_context(throwaway.folder()))


_begin()
