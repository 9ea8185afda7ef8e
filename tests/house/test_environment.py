"""The environment that `run.py` makes: it is never taken away from what runs in it."""

import fcntl
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

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
