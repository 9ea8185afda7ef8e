"""`python3 run.py manage`: what each command needs, and no more than that."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import get_commands

from config.devstack import database, foreground, manage, servers, throwaway
from config.devstack.manage import NEEDS, Needs, command_needs
from config.devstack.state import ROOT
from tests.stacks import run_py

# What the migrations were called before each app had two of them.
OLD = [
    ("accounts", "0001_initial"),
    ("accounts", "0002_looks_are_kept"),
    ("accounts", "0003_email_is_confirmed_and_chosen"),
    ("accounts", "0004_desk"),
    ("agencies", "0001_initial"),
    ("agencies", "0002_desk"),
    ("agencies", "0003_topic_questions"),
    ("auth", "0012_alter_user_first_name_max_length"),
    ("complaints", "0001_initial"),
    ("complaints", "0002_guards"),
    ("complaints", "0003_desk"),
    ("complaints", "0004_concerns"),
    ("complaints", "0005_topic_answers"),
    ("gone", "0001_initial"),
    ("notifications", "0001_initial"),
    ("notifications", "0002_lines_and_looks"),
    ("notifications", "0003_editions_are_append_only"),
]
UNKNOWN = [
    "accounts.0002_looks_are_kept",
    "accounts.0003_email_is_confirmed_and_chosen",
    "accounts.0004_desk",
    "agencies.0002_desk",
    "agencies.0003_topic_questions",
    "complaints.0003_desk",
    "complaints.0004_concerns",
    "complaints.0005_topic_answers",
    "notifications.0002_lines_and_looks",
    "notifications.0003_editions_are_append_only",
]
REFUSAL = (
    "The database was made by another version of this code: it has the migration accounts.0002_looks_are_kept and 9"
    " more, which this version does not have. Nothing was changed. `python3 run.py --fresh` erases it and begins with"
    " an empty one.\n"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A state of its own, below a folder that `nobody` may enter."""
    with throwaway.folder() as base:
        yield base / "state"


@pytest.mark.parametrize(
    ("line", "needs"),
    [
        ("", Needs.NOTHING),
        ("help migrate", Needs.NOTHING),
        ("--version", Needs.NOTHING),
        ("migrate --help", Needs.NOTHING),
        ("check --deploy", Needs.NOTHING),
        ("check --database default", Needs.SERVERS),
        ("catalogue --check", Needs.NOTHING),
        ("lifecycle", Needs.NOTHING),
        ("makemigrations --check", Needs.SERVERS),
        ("migrate", Needs.SERVERS),
        ("shell -c print(1)", Needs.DATA),
        ("verify_history", Needs.DATA),
        ("load_reference", Needs.DATA),
    ],
)
def test_what_a_command_needs(line: str, needs: Needs) -> None:
    assert command_needs(line.split()) is needs


def test_the_table_names_commands_that_exist_and_each_once() -> None:
    named = [name for names in NEEDS.values() for name in names]
    assert sorted(set(named) - set(get_commands())) == []
    assert sorted(named) == sorted(set(named))


@pytest.mark.parametrize("command", [["check"], ["catalogue", "--check"], ["findstatic", "img/favicon.svg"]])
def test_a_command_that_needs_no_server_starts_none(
    folder: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def run(line: Sequence[str], *, environment: Mapping[str, str]) -> int:
        asked.append((*line, environment["DJANGO_SETTINGS_MODULE"]))
        return 7

    monkeypatch.setenv("STATE_DIR", str(folder))
    monkeypatch.setattr(foreground, "run_interactive", run)
    assert (manage.run(command), folder.exists()) == (7, False)
    assert asked == [(sys.executable, "manage.py", *command, "config.offline")]


def test_a_command_without_servers_comes_to_its_end(folder: Path) -> None:
    """One that makes all checks of Django first, as `check` does."""
    done = run_py(folder, "manage", "findstatic", "img/favicon.svg")
    assert (done.returncode, folder.exists()) == (0, False), done.stdout + done.stderr


def test_a_command_of_ours_or_of_django_is_known_without_loading_the_applications(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def run(line: Sequence[str], **_options: object) -> SimpleNamespace:
        asked.append(line[2])
        return SimpleNamespace(returncode=1)

    monkeypatch.setattr(subprocess, "run", run)
    assert [manage._is_known(name) for name in ("shell", "verify_history", "verify_histry")] == [True, True, False]
    assert asked == ["verify_histry"]


def test_a_slip_of_the_keyboard_starts_no_server(folder: Path) -> None:
    done = run_py(folder, "manage", "verify_histry")
    assert (done.returncode, folder.exists()) == (1, False)
    assert done.stderr.startswith("Unknown command: 'verify_histry'. Did you mean verify_history?")


def test_a_first_command_fills_the_database_and_one_of_another_version_is_refused_untouched(folder: Path) -> None:
    for is_first in (True, False):
        done = run_py(folder, "manage", "shell", "-v0", "-c", "print(Agency.objects.exists(), Case.objects.count())")
        assert (done.returncode, done.stdout) == (0, "True 0\n"), done.stderr
        assert ("Migrating the database" in done.stderr) == is_first
    _become_old(folder)
    for refused in (run_py(folder), run_py(folder, "manage", "verify_history")):
        assert (refused.returncode, refused.stderr.endswith(REFUSAL)) == (1, True), refused.stderr
    with servers.postgres(folder / "postgres") as cluster:
        assert database.applied(f"{cluster}/app") == frozenset(OLD)


def _become_old(folder: Path) -> None:
    with servers.postgres(folder / "postgres") as cluster, psycopg.connect(f"{cluster}/app") as connection:
        connection.execute("DELETE FROM django_migrations")
        for app, name in OLD:
            connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", [app, name])


def test_the_old_migrations_of_our_apps_are_unknown_and_those_of_others_are_left_to_them() -> None:
    assert database.unknown(OLD, ROOT) == UNKNOWN
    assert database.unknown(database.in_code(ROOT), ROOT) == []


def test_a_command_waits_until_another_terminal_is_ready_and_says_when_it_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import ExitStack

    from config.devstack import stack, state

    monkeypatch.setattr(manage, "WAIT_SECONDS", 0.3)
    with state.held(folder), ExitStack() as opened:
        with pytest.raises(stack.Refusal, match="being started in another terminal"):
            manage._running(folder, opened)
        state.write_running(folder, {"DATABASE_URL": "postgres://there"})
        assert manage._running(folder, opened) == {"DATABASE_URL": "postgres://there"}
    with ExitStack() as opened:
        assert manage._running(folder, opened) == {}
        assert state.read_running(folder) == {}
