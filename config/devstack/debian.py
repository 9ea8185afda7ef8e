"""Programs of Debian that tests drive: found, installed where that is allowed, or said to be missing."""

import os
import shutil
import subprocess

from config.devstack.processes import is_root

#: Servers that tests drive besides those of the wheels, each with its package.
SERVERS = {"nginx": "nginx", "pgbouncer": "pgbouncer", "clamd": "clamav-daemon", "valkey-server": "valkey-server"}


def find(program: str) -> str | None:
    """Return the path of a program; Debian keeps servers where only root's PATH leads."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")


def ensure_servers() -> None:
    """Install the servers that are missing, all at once: two workers of a suite cannot both install."""
    if missing := [package for program, package in SERVERS.items() if not find(program)]:
        install(*missing)


def server(program: str) -> str | None:
    """Return the path of one of ``SERVERS``, or None where it could not be installed.

    Under CI (CI=true) a missing program is a failure: a suite that skips what it needs has proved nothing.
    """
    if found := find(program):
        return found
    if os.environ.get("CI") == "true":
        raise SystemExit(f"{program} is missing and could not be installed, and in CI its tests must run.")
    return None


def install(*packages: str) -> bool:
    """Install packages with apt-get; tell whether it worked. Only root can."""
    if not is_root() or not shutil.which("apt-get"):
        return False
    print(f"Installing {', '.join(packages)} with apt-get …", flush=True)
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    commands = (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages])
    return all(
        subprocess.call(["apt-get", *command], env=quietly, stdin=subprocess.DEVNULL) == 0 for command in commands
    )
