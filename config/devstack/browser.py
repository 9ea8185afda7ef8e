"""The system's Chromium for the journeys: found, installed where that is allowed, or said to be missing."""

import os
import shutil
import subprocess

from config.devstack.processes import is_root

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-core")


def find() -> str | None:
    """Return the path of the browser, CHROMIUM first."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def ensure() -> None:
    """Install the browser where it is missing and root may do so; else say in one line what is left out.

    Under CI (CI=true) a missing browser is a failure: a suite that skips its journeys has proved nothing.
    """
    if find() or (_install() and find()):
        return
    if os.environ.get("CI") == "true":
        raise SystemExit("Chromium is missing and could not be installed, and in CI the browser journeys must run.")
    print("Chromium is missing, so the browser journeys are not run (as root: apt-get install chromium).", flush=True)


def _install() -> bool:
    if not is_root() or not shutil.which("apt-get"):
        return False
    print("Installing Chromium with apt-get …", flush=True)
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    commands = (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES])
    return all(
        subprocess.call(["apt-get", *command], env=quietly, stdin=subprocess.DEVNULL) == 0 for command in commands
    )
