"""`python3 run.py`: it starts everything, keeps what was there, and leaves no process behind, however it ends."""

import ast
import contextlib
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from accounts.demo import DEMO_SIGN_INS
from config.devstack import banner, browser, database, processes, servers, stack, state, throwaway
from config.devstack.state import ROOT
from tests import stacks


def test_the_demonstration_starts_on_an_empty_folder_and_ends_by_ctrl_c() -> None:
    """What a second start finds, and that a kill leaves nothing behind either, is seen where the journeys are made."""
    first = stacks.demonstrated()
    cases = first.seen["cases"]
    assert cases > 0
    serving = dict.fromkeys(stacks.PAGES, 200)
    assert first.seen == {"statuses": serving, "stand-in": 200, "cases": cases, "status": 0, "said": stacks.STOPPING}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_a_plain_kill_both_stop_everything_and_only_once(how: signal.Signals) -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        stack._stop_on_signals()
        with pytest.raises(stack.Stopped):
            signal.raise_signal(how)
        assert {signal.getsignal(one) for one in before} == {signal.SIG_IGN}
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def test_a_second_start_on_the_same_state_refuses_in_a_sentence(tmp_path: Path) -> None:
    with state.held(tmp_path) as is_free:
        assert is_free
        state.write_running(tmp_path, {"PUBLIC_URL": "http://localhost:8123"})
        second = stacks.run_py(tmp_path)
    assert second.returncode == 1
    assert second.stderr == (
        "This project is already running on http://localhost:8123. Ctrl-C in its terminal stops it; `python3 run.py"
        " manage …` works on it.\n"
    )


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1", "٨٠٠٠"], ids=["word", "0", "high", "negative", "arabic"])
def test_a_port_that_is_none_is_a_sentence(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit, match=f"PORT is '{port}': give a number from 1 to 65535"):
        state.port()


def test_a_first_start_that_was_stopped_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the owner may read what was migrated until all of it was."""
    asked: list[str] = []
    monkeypatch.setattr(database, "applied", asked.append)
    assert not stack.is_migrated({"DATABASE_URL": "of pages", "OWNER_DATABASE_URL": "of the owner"})
    assert asked == ["of the owner"]


def test_a_taken_port_is_said_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(
            stack.Refusal, match=f"Port {port} is in use. Choose another one: PORT={port + 1} python3 run.py"
        ):
            stack.serve(fresh=False)


def test_beginning_anew_forgets_everything_but_spares_a_database_of_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state.keys(tmp_path)
    assert state.keys(tmp_path) == before
    with pytest.raises(stack.Refusal, match="--fresh does not erase a database named by DATABASE_URL"):
        stack._begin_anew(tmp_path)
    assert state.keys(tmp_path) == before
    monkeypatch.delenv("DATABASE_URL")
    stack._begin_anew(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert state.keys(tmp_path) != before


def test_the_keys_are_read_by_nobody_else(tmp_path: Path) -> None:
    state.keys(tmp_path)
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_run_py_is_read_by_an_old_python() -> None:
    source = (ROOT / "run.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 7))
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize(("ci", "stops"), [("true", True), ("", False)])
def test_a_missing_browser_is_a_sentence_for_a_person_and_a_failure_for_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str, *, stops: bool
) -> None:
    monkeypatch.setattr(browser, "find", lambda: None)
    monkeypatch.setattr(browser, "_install", lambda: False)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(SystemExit) if stops else contextlib.nullcontext():
        browser.ensure()
    said = capsys.readouterr().out
    assert said == (
        ""
        if stops
        else "Chromium is missing, so the browser journeys are not run (as root: apt-get install chromium).\n"
    )


def test_processes_are_asked_to_end_all_at_once_and_killed_when_they_do_not_heed(tmp_path: Path) -> None:
    command = ["sh", "-c", "trap '' INT QUIT TERM; echo 1; while :; do sleep 1; done"]
    stubborn = [processes.start(command, log=tmp_path / str(number)) for number in range(12)]
    while any((tmp_path / str(number)).read_text() == "" for number in range(12)):
        time.sleep(0.05)
    began = time.monotonic()
    processes.stop_all(stubborn, patience=1)
    assert [process.returncode for process in stubborn] == [-signal.SIGKILL] * 12
    # One after the other they would take twelve seconds.
    assert 1 <= time.monotonic() - began < 10


def test_the_columns_of_the_sign_ins_are_aligned_and_fit_whatever_stands_in_them() -> None:
    rows = [("Who", "Door", "Number"), ("أمينة، مُواطنة", "/ar/", "9"), ("日本", "/ar/staff/", "1"), ("x" * 90, "", "2")]
    lines = banner.table(rows, width=60)
    assert [banner.cells(line) for line in lines] == [60, 55, 55, 55]
    assert [banner.cells(line[: line.rindex(number)]) for line, number in zip(lines, "N912", strict=True)] == [54] * 4
    assert lines[3] == f"{'x' * 39}…{' ' * 14}2"
    assert [banner.cells(text) for text in ("مُ", "日本", "a")] == [1, 4, 1]


def test_the_banner_of_the_demonstration_fits_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBEDDED", "true")
    banner.announce(8000, 7.4, stand_in="http://127.0.0.1:40001")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(banner.cells, lines)) <= banner.WIDTH
    people = lines[lines.index("") :]
    for one in DEMO_SIGN_INS:
        row = next(line for line in people if line.startswith(f"  {one.who} "))
        assert row.split(f"  {one.who} ")[1].split() == [one.page, one.login]
    assert lines[-3] == f"  Password of everybody: {DEMO_SIGN_INS[0].password}"


def test_a_cluster_whose_making_was_interrupted_is_made_anew(tmp_path: Path) -> None:
    with throwaway.folder() as base:
        unfinished = base / "postgres" / "data.unfinished"
        unfinished.mkdir(parents=True)
        (unfinished / "PG_VERSION").write_text("18")
        with servers.postgres(base / "postgres", durable=False) as url:
            assert url.startswith("postgres://postgres:")
        assert not unfinished.exists()


def test_a_cluster_of_one_role_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with throwaway.folder() as base:
        (base / "postgres" / "data").mkdir(parents=True)
        (base / "postgres" / "data" / "PG_VERSION").write_text("18")
        with pytest.raises(SystemExit, match="made by an earlier version, with one role for everything"):
            servers.postgres(base / "postgres").__enter__()
