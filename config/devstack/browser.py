"""The system's Chromium for the journeys: found, installed where that is allowed, or said to be missing."""

import os
import shutil
from pathlib import Path

from config.devstack import debian

# The one without a window is a third faster, and Debian has had it since 13.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium-headless-shell", "chromium")
FONTS = "fonts-noto-core"


def find() -> str | None:
    """Return the path of the browser, CHROMIUM first."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def ensure() -> None:
    """Install the browser where it is missing and root may do so; else say in one line what is left out.

    Under CI (CI=true) the one without a window is installed even beside another, and a missing browser is a failure: a
    suite that skips its journeys has proved nothing.
    """
    is_ci = os.environ.get("CI") == "true"
    found = find()
    if found and not (is_ci and _has_a_window(found)):
        return
    if (_install() and find()) or found:
        return
    if is_ci:
        raise SystemExit("Chromium is missing and could not be installed, and in CI the browser journeys must run.")
    print("Chromium is missing, so the browser journeys are not run (as root: apt-get install chromium).", flush=True)


def _has_a_window(path: str) -> bool:
    return "CHROMIUM" not in os.environ and Path(path).name != NAMES[0]


def _install() -> bool:
    return any(debian.install(package, FONTS) for package in PACKAGES)
