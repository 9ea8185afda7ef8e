"""Every command of docs/operations.md exists, with every option it is given."""

import re
import shlex
import subprocess
from argparse import Action
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from config.devstack import servers
from config.devstack.processes import Owner
from config.devstack.state import ROOT

SHELL = re.compile(r"^ *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
#: What an operator has without us, and what Compose can do.
OF_THE_SYSTEM = {"openssl", "rsync", "sh", "sha256sum"}
TAGGING = ["docker", "image", "tag"]
OF_COMPOSE = {"build", "exec", "logs", "ps", "run", "stop", "up"}
TAKE_A_VALUE = {"--user", "--volume"}
#: Commands of run.py that the document names, with their options.
RUN_COMMANDS = {"audit": set[str](), "images": {"--pin"}}


def commands(document: str) -> Iterator[list[str]]:
    for block in SHELL.findall(document):
        yield from (shlex.split(line) for line in block.splitlines() if line.strip())


def missing(words: list[str]) -> str:
    """Return what there is not of a command, or nothing."""
    match words:
        case ["docker", "compose", verb, *rest]:
            return verb if verb not in OF_COMPOSE else _missing_of_compose(verb, rest)
        case ["python3", "run.py", name, *rest]:
            return name if name not in RUN_COMMANDS else _unknown(rest, RUN_COMMANDS[name])
        case ["python", "manage.py", name, *rest]:
            return name if name not in get_commands() else _unknown(rest, _options_of(name))
        case [program, *rest] if program.startswith("pg_"):
            options = _options_of_program(program)
            return _unknown(rest, options) if options else program
        case [program, *_]:
            return "" if program in OF_THE_SYSTEM or words[:3] == TAGGING else program
    return "a command"


def _missing_of_compose(verb: str, words: list[str]) -> str:
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in TAKE_A_VALUE else words[1:]
    services = words if verb in {"build", "logs", "ps", "stop", "up"} else words[:1]
    if unknown := set(services) - set(COMPOSE):
        return min(unknown)
    inner = words[1:] if verb in {"exec", "run"} else []
    return missing(inner) if inner else ""


def _unknown(words: list[str], options: set[str]) -> str:
    given = {word.split("=")[0] for word in words if word.startswith("--")}
    return min(given - options, default="")


@cache
def _options_of(name: str) -> set[str]:
    actions: list[Action] = load_command_class(get_commands()[name], name).create_parser("manage.py", name)._actions
    return {option for action in actions for option in action.option_strings}


@cache
def _options_of_program(name: str) -> set[str]:
    program: Path = servers._postgres_programs(Owner.unprivileged()) / name
    if not program.exists():
        return set()
    said = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"--[a-z][a-z-]+", said))


def test_every_command_of_the_document_exists() -> None:
    said = list(commands((ROOT / "docs" / "operations.md").read_text(encoding="utf-8")))
    assert len(said) > 15
    assert {shlex.join(words): found for words in said if (found := missing(words))} == {}


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("docker compose run --rm backups", "backups"),
        ("docker compose run --rm web python manage.py backup_all", "backup_all"),
        ("docker compose run --rm restore python manage.py restore /backups/x --force", "--force"),
        ("docker compose exec --user postgres postgres pg_basebackup --target-dir=/x", "--target-dir"),
        ("docker compose stop web worker", "worker"),
        ("docker compose destroy", "destroy"),
        ("docker compose exec postgres pg_backup", "pg_backup"),
        ("restic backup", "restic"),
        ("python3 run.py image", "image"),
        ("python3 run.py images --unpin", "--unpin"),
    ],
)
def test_the_check_can_fail(command: str, found: str) -> None:
    assert missing(shlex.split(command)) == found
