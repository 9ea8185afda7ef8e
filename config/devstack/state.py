"""What a stack on one machine keeps between two starts: where, under which keys, and who is running it now."""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.devstack.processes import is_root

ROOT = Path(__file__).resolve().parent.parent.parent
EVERYBODY_ENTERS = 0o001
PORTS = 2**16


def home() -> Path:
    """Return the folder of the state: `.local` in the project, or one below /var/tmp when `nobody` cannot enter it."""
    if chosen := os.environ.get("STATE_DIR"):
        return Path(chosen)
    base = ROOT / ".local"
    if not is_root() or all(folder.stat().st_mode & EVERYBODY_ENTERS for folder in ROOT.parents if folder.exists()):
        return base
    return Path("/var/tmp") / f"bekhedmatkom-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]}"  # noqa: S108 - survives a restart, and its content is 0700


def forget(state: Path) -> None:
    """Erase the data, the keys and the files of earlier starts, but not the lock this start holds."""
    for entry in state.iterdir() if state.exists() else ():
        if entry.name == "lock":
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


@contextlib.contextmanager
def held(state: Path) -> Iterator[bool]:
    """Hold the stack of this folder, and yield whether it was free: two servers on the same data would destroy it."""
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError:
        msg = f"{state} cannot be made. Set STATE_DIR to a folder that can be written to."
        raise SystemExit(msg) from None
    if state.stat().st_uid != os.geteuid():
        msg = f"{state} belongs to somebody else: remove it, or set STATE_DIR to another folder."
        raise SystemExit(msg)
    with (state / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            forget_running(state)  # left by a start that was killed
            yield True


def keys(state: Path) -> dict[str, str]:
    """Return the keys of this stack, made up at the first start: data sealed under lost keys cannot be read."""
    return _kept(
        state / "keys.json",
        {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "IDENTITY_KEYS": f"local:{b64encode(secrets.token_bytes(32)).decode()}",
            "LOOKUP_KEY": b64encode(secrets.token_bytes(32)).decode(),
            "HISTORY_KEYS": f"local:{b64encode(secrets.token_bytes(32)).decode()}",
            "PUSH_KEY": b64encode(secrets.token_bytes(32)).decode(),
        },
    )


def _kept(file: Path, otherwise: Mapping[str, str]) -> dict[str, str]:
    found = dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}
    # A state from before a key was needed gets that one now.
    if missing := {name: value for name, value in otherwise.items() if name not in found}:
        found |= missing
        write_private(file, found)
    return found


def write_private(file: Path, content: Mapping[str, str]) -> None:
    """Write `content` so that nobody else can read it at any moment."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as handle:  # noqa: PTH123 - Path.open takes no mode
        json.dump(dict(content), handle)


def read_running(state: Path) -> dict[str, str]:
    """Return the environment of the stack that is running; nothing while it is being prepared."""
    file = state / "running.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def write_running(state: Path, environment: Mapping[str, str]) -> None:
    """Leave the environment for `run.py manage …` of another terminal."""
    write_private(state / "running.json", environment)


def forget_running(state: Path) -> None:
    """Tell other terminals that nothing is running any more."""
    (state / "running.json").unlink(missing_ok=True)


def port() -> int:
    """Return the port of the pages."""
    said = os.environ.get("PORT") or "8000"
    if not (said.isascii() and said.isdecimal() and 0 < int(said) < PORTS):
        msg = f"PORT is {said!r}: give a number from 1 to {PORTS - 1}, for example PORT=8001."
        raise SystemExit(msg)
    return int(said)


def fingerprint(*parts: str) -> str:
    """Return a short text that changes when any of `parts` does."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
