"""The environment that `run.py` makes: it is never taken away from what runs in it."""

import fcntl
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from config.devstack.__main__ import main
from config.devstack.state import ROOT


@pytest.fixture
def run_py(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py with an environment of its own, into which nothing is installed; `done` lists what was asked for."""
    spec = importlib.util.spec_from_file_location("run_py", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    done: list[str] = []
    for name, value in {
        "STAMP": str(tmp_path / ".installed"),
        "IN_USE": str(tmp_path / ".venv.used"),
        "works": lambda _python: True,
        "find_pip": lambda: ["pip"],
        "make_venv": lambda: done.append("made anew"),
        "install": lambda level, _pip: done.append(f"installed {level}"),
        "done": done,
    }.items():
        monkeypatch.setattr(module, name, value, raising=name != "done")
    return module


def test_development_tools_are_added_to_what_a_demonstration_runs_from(run_py: ModuleType) -> None:
    run_py.prepare_environment("run")
    run_py.say_in_use()
    run_py.prepare_environment("dev")
    run_py.prepare_environment("run")
    assert run_py.done == ["made anew", "installed run", "installed dev"]


def test_an_environment_in_use_is_not_cleared(run_py: ModuleType, tmp_path: Path) -> None:
    (tmp_path / ".installed").write_text("run of another version")
    with (tmp_path / ".venv.used").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        with pytest.raises(SystemExit, match="Stop it first"):
            run_py.prepare_environment("dev")
        assert run_py.done == []
    run_py.prepare_environment("dev")
    assert run_py.done == ["made anew", "installed dev"]


@pytest.mark.parametrize(
    ("arguments", "asks"),
    [
        ([], False),
        (["help"], True),
        (["--fresh", "--help"], True),
        (["lock", "-h"], True),
        # These print a help of their own.
        (["test", "--help"], False),
        (["manage", "migrate", "--help"], False),
        (["bench", "desk", "-h"], False),
    ],
)
def test_help_is_printed_wherever_no_other_program_prints_its_own(
    run_py: ModuleType, arguments: list[str], *, asks: bool
) -> None:
    assert run_py.asks_for_help(arguments) is asks


def test_a_command_without_arguments_refuses_some_in_a_sentence() -> None:
    with pytest.raises(SystemExit) as refused:
        main(["lock", "--upgrade"])
    assert str(refused.value) == "Unknown: --upgrade. `python3 run.py lock` takes no argument."
