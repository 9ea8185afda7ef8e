"""`python3 run.py` in a folder that may only be read: a sentence, or a start if everything is there already."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

from config import catalogue
from config.devstack import state
from config.devstack.state import ROOT


@pytest.fixture
def run_py(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py of a checkout in a folder of its own, which may only be read."""
    spec = importlib.util.spec_from_file_location("run_py", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", str(tmp_path))
    monkeypatch.setattr(module.sys, "argv", ["run.py"])
    monkeypatch.setattr(os, "chdir", lambda _path: None)
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    return module


def test_a_folder_that_cannot_be_written_to_and_has_no_environment_is_a_sentence(
    run_py: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_py, "is_prepared", lambda _level: False)
    with pytest.raises(SystemExit, match=f"{tmp_path} cannot be written to, and its .venv is missing"):
        run_py.main()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_started_with_a_ready_environment(
    run_py: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(run_py, "is_prepared", lambda _level: True)
    monkeypatch.setattr(os, "execv", lambda _program, command: started.append(command))
    run_py.main()
    assert [command[1:] for command in started] == [["-m", "config.devstack"]]
    assert list(tmp_path.iterdir()) == []


def test_a_state_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match="Set STATE_DIR to a folder"), state.held(tmp_path / "file" / "state"):
        pass


def test_a_catalogue_that_cannot_be_compiled_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = catalogue.catalogue_path(tmp_path)
    source.parent.mkdir(parents=True)
    source.write_bytes(catalogue.catalogue_path(ROOT).read_bytes())
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    with pytest.raises(SystemExit, match="its folder cannot be written to"):
        catalogue.compile_if_stale(tmp_path)


def test_a_python_that_lacks_a_module_is_named_with_it(run_py: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_py, "candidates", lambda: ["/opt/python3.13"])
    monkeypatch.setattr(run_py, "succeeds", lambda command, env=None: "sqlite3" not in command[-1])  # noqa: ARG005
    with pytest.raises(SystemExit, match=r"/opt/python3\.13 is new enough, but it was built without sqlite3"):
        run_py.find_python()
