"""``run.py manage``: Django's commands, with the servers and the data that each of them needs and no others."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path

import django

from config.devstack import foreground, stack, state

WAIT_SECONDS = 120
#: The commands that Django itself brings.
_OF_DJANGO = Path(django.__file__).parent / "core" / "management" / "commands"


class Needs(Enum):
    """What a command cannot do without."""

    NOTHING = "no server"
    SERVERS = "servers, whatever is in them"
    DATA = "a database with tables and reference data"


# Every other command reads or writes rows. Whoever asks for `--help` needs nothing.
NEEDS = {
    Needs.NOTHING: {
        "catalogue",
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "lifecycle",
        "makemessages",
        "optimizemigration",
        "sendtestemail",
        "startapp",
        "startproject",
    },
    Needs.SERVERS: {
        "backup",
        "createcachetable",
        "dbshell",
        "flush",
        "inspectdb",
        "makemigrations",  # compares with the history of the database
        "migrate",
        "restore",  # into an empty database
        "showmigrations",
        "sqlflush",
        "sqlmigrate",
        "sqlsequencereset",
        "squashmigrations",
        "test",
        "testserver",
    },
}


def run(arguments: Sequence[str]) -> int:
    """Run a management command, on the running stack where it needs one, or on servers started for it alone."""
    needs = command_needs(arguments)
    if needs is Needs.NOTHING or not _is_known(arguments[0]):
        return _call(arguments, _offline())
    folder = state.home()
    with contextlib.ExitStack() as opened:
        if running := _running(folder, opened):
            return _call(arguments, stack.for_commands({**os.environ, **running}))
        environment = opened.enter_context(stack.started_servers(folder, state.port(), to=sys.stderr))
        if needs is Needs.DATA and not stack.is_migrated(environment):
            _fill(environment)
        opened.enter_context(stack.shared(folder, environment))
        return _call(arguments, stack.for_commands(environment))


def command_needs(arguments: Sequence[str]) -> Needs:
    """Return what the command that the arguments name needs."""
    name = arguments[0] if arguments else "help"
    if name.startswith("-") or name in {"help", "version"} or {"-h", "--help"} & set(arguments):
        return Needs.NOTHING
    if name == "check" and any(one.startswith("--database") for one in arguments):
        return Needs.SERVERS
    return next((needs for needs, names in NEEDS.items() if name in names), Needs.DATA)


def _running(folder: Path, opened: contextlib.ExitStack) -> Mapping[str, str]:
    """Return the settings of what is running on this state; nothing when it is free, and held until ``opened`` ends."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with contextlib.ExitStack() as attempt:
            if attempt.enter_context(state.held(folder)):
                opened.enter_context(attempt.pop_all())
                return {}
        if running := state.read_running(folder):
            return running
        time.sleep(0.1)
    raise stack.Refusal("This project is being started in another terminal, and is not ready yet.")


def _is_known(name: str) -> bool:
    """Tell whether there is such a command, before servers are started for a mistyped name."""
    if any(state.ROOT.glob(f"*/management/commands/{name}.py")) or (_OF_DJANGO / f"{name}.py").exists():
        return True
    asked = [sys.executable, "manage.py", name, "--help"]
    return subprocess.run(asked, env=_offline(), cwd=state.ROOT, capture_output=True, check=False).returncode == 0


def _offline() -> dict[str, str]:
    defaults = stack.defaults(state.home(), state.port())
    return {**defaults, **os.environ, "DJANGO_SETTINGS_MODULE": "config.offline"}


def _fill(environment: Mapping[str, str]) -> None:
    """Give tables and reference data to a database that was never migrated."""
    for name, command in _filling():
        with stack.step(name, to=sys.stderr):
            subprocess.run(command, env=environment, cwd=state.ROOT, check=True, stdout=subprocess.DEVNULL)


def _filling() -> Iterator[tuple[str, list[str]]]:
    yield "Migrating the database", [sys.executable, "manage.py", "migrate", "--verbosity=0", "--no-input"]
    yield "Loading reference data", [sys.executable, "manage.py", "load_reference"]


def _call(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    return foreground.run_interactive([sys.executable, "manage.py", *arguments], environment=environment)
