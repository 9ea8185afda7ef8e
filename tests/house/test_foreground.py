"""Commands that have the terminal: Ctrl-C ends them and everything below them, and says so."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.devstack.pytest_plugin import Interrupted
from config.devstack.state import ROOT
from tests.process_states import is_running

LIMIT_SECONDS = 15  # what is promised is five; machines that test other things meanwhile are slower
# Starts a process that heeds nothing and outlives its parent, leaves a throw-away folder behind, and hears no Ctrl-C.
STUBBORN = """
import os, pathlib, signal, subprocess, sys, time
from config.devstack import throwaway
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
between = "from subprocess import *; print(Popen(['sleep', '300'], stdout=DEVNULL, start_new_session=True).pid)"
orphan = subprocess.check_output([sys.executable, "-c", between], text=True)
kept = throwaway.folder()
folder = kept.__enter__()
told = pathlib.Path(sys.argv[1])
told.with_suffix(".new").write_text(f"{os.getpid()} {orphan.strip()} {folder}")
told.with_suffix(".new").rename(told)
time.sleep(300)
"""
# A command that does not end is waited for half a second instead of two.
RUN = """
import sys
from config.devstack import foreground
foreground.PATIENCE_SECONDS = 0.5
sys.exit(foreground.run(sys.argv[1:], name='the test'))
"""


def begin(*command: str) -> subprocess.Popen[str]:
    """Run a command in the foreground of a terminal that is made up: a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, *command], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def press(running: subprocess.Popen[str]) -> None:
    """Do what a terminal does at Ctrl-C: everybody in the foreground hears of it."""
    os.killpg(running.pid, signal.SIGINT)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who descends from whom")
@pytest.mark.parametrize("presses", [1, 2])
def test_nothing_is_left_of_a_command_that_does_not_want_to_end(tmp_path: Path, presses: int) -> None:
    told = tmp_path / "told"
    running = begin(sys.executable, "-c", STUBBORN, str(told))
    while not told.exists():
        assert running.poll() is None
        time.sleep(0.05)
    child, orphan, folder = told.read_text().split()
    assert (is_running(int(child)), is_running(int(orphan)), Path(folder).is_dir()) == (True, True, True)
    began = time.monotonic()
    for _ in range(presses):
        press(running)
        time.sleep(0.2)
    _, said = running.communicate(timeout=60)
    assert time.monotonic() - began < LIMIT_SECONDS
    assert (running.returncode, said) == (130, "\nStopping the test …\nRemoving its files …\n")
    assert (is_running(int(child)), is_running(int(orphan)), Path(folder).exists()) == (False, False, False)


def test_a_command_that_is_asked_by_a_plain_kill_hears_of_it_as_of_ctrl_c(tmp_path: Path) -> None:
    script = f"import pathlib, time\ntry:\n pathlib.Path({str(tmp_path / 'on')!r}).touch()\n time.sleep(300)\nexcept "
    script += f"KeyboardInterrupt:\n pathlib.Path({str(tmp_path / 'heard')!r}).touch()\n"
    running = begin(sys.executable, "-c", script)
    while not (tmp_path / "on").exists():
        assert running.poll() is None
        time.sleep(0.05)
    running.terminate()
    _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (130, "\nStopping the test …\nRemoving its files …\n")
    assert (tmp_path / "heard").exists()


def test_a_command_that_ends_by_itself_gives_its_status() -> None:
    running = begin(sys.executable, "-c", "raise SystemExit(7)")
    _, said = running.communicate(timeout=60)
    assert said == ""
    assert running.returncode == 7


def test_a_command_whose_output_is_no_longer_read_ends_without_a_traceback() -> None:
    lines = "from config.devstack import foreground\nwith foreground.quietly():\n    while True: print('a line')"
    command = [sys.executable, "-c", lines]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert (process.stderr.read(), process.wait(LIMIT_SECONDS)) == ("", 141)


def test_a_run_of_tests_that_is_interrupted_says_how_far_it_came(pytestconfig: pytest.Config) -> None:
    lines: list[str] = []
    stats = {"passed": [object()] * 3, "failed": [object()]}
    reporter = SimpleNamespace(stats=stats, write_line=lines.append, flush=lambda: lines.append("flushed"))
    plugins = SimpleNamespace(get_plugin={"terminalreporter": reporter}.get)
    Interrupted(SimpleNamespace(pluginmanager=plugins)).pytest_keyboard_interrupt()
    assert lines == ["", "Until now: 3 passed, 1 failed, 0 errors.", "flushed"]
    assert any(isinstance(plugin, Interrupted) for plugin in pytestconfig.pluginmanager.get_plugins())
