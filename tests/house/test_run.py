"""`python3 run.py`: it starts everything, keeps what was there, and leaves no process behind, however it ends."""

import ast
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.demo import DEMO_SIGN_INS
from config.devstack import banner, browser, processes, servers, stack, state, throwaway
from config.devstack.state import ROOT
from tests import stacks
from tests.stacks import Stack


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of its own: those of pytest are closed to `nobody` by any other run that begins."""
    with throwaway.folder() as base:
        yield base / "state"


def kill_beat(running: Stack) -> None:
    """Kill beat, and wait until another one has taken its place and sends."""
    with running.connected() as connection:
        (pid,) = _pids_of(running.folder, "config.beat")
        os.killpg(pid, signal.SIGKILL)
        said = "The beat process ended by itself and is started again"
        running.wait(lambda: said in running.output.read_text(), alive=True)
        killed_at = connection.execute("SELECT now()").fetchone()[0]  # type: ignore[index]
        connection.commit()
        sent = "SELECT count(*) FROM notifications_periodictask WHERE sent_at > %s"
        running.wait(lambda: connection.execute(sent, [killed_at]).fetchone()[0] > 0, alive=True)  # type: ignore[index]


def _pids_of(folder: Path, module: str) -> list[int]:
    """Return the processes that run a module with this state."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_ours = str(folder).encode() in (entry / "environ").read_bytes()
            if is_ours and (entry / "cmdline").read_bytes().endswith(f"-m\0{module}\0".encode()):
                found.append(int(entry.name))
    return found


def test_the_demonstration_starts_serves_keeps_its_data_and_leaves_nothing_behind(folder: Path) -> None:
    """Two starts on one state: one ended by Ctrl-C, one killed outright. The system of the journeys is asked to end."""
    first = stacks.demonstrated()
    serving = dict.fromkeys(stacks.PAGES, 200)
    cases = first.seen["cases"]
    assert cases > 0
    assert first.seen == {"statuses": serving, "stand-in": 200, "cases": cases, "status": 0, "said": stacks.STOPPING}
    with stacks.started(first.copy(folder)) as again:
        assert (again.statuses(), again.status_of_stand_in()) == (serving, None)
        assert again.count("complaints_case") == cases
        kill_beat(again)
        assert again.end(signal.SIGKILL) == (-signal.SIGKILL, [])


def test_a_second_start_on_the_same_state_refuses_in_a_sentence(tmp_path: Path) -> None:
    with state.held(tmp_path) as is_free:
        assert is_free
        second = stacks.run_py(tmp_path)
    assert second.returncode == 1
    assert second.stderr == "This project is already running; `python3 run.py manage …` works on it.\n"


def test_a_taken_port_is_said_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    script = "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (2, 3, 15)]; print(1, flush=True)"
    command = [sys.executable, "-c", f"{script}; time.sleep(300)"]
    stubborn = [processes.start(command, log=tmp_path / str(number)) for number in range(3)]
    while any((tmp_path / str(number)).read_text() == "" for number in range(3)):
        time.sleep(0.05)
    began = time.monotonic()
    processes.stop_all(stubborn, patience=1)
    assert [process.returncode for process in stubborn] == [-signal.SIGKILL] * 3
    assert 1 <= time.monotonic() - began < 3


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
