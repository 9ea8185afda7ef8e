"""Images without a digest are named, and `--pin` gives each the one that Docker knows, or writes nothing."""

import os
from pathlib import Path

import pytest

from config.devstack import images
from config.devstack.state import ROOT

COMPOSE = """services:
  web:
    build: .
    image: service
  proxy:
    image: nginx:1.28
  db:
    image: postgres:18
"""
DOCKERFILE = "FROM python:3.13-slim AS packages\nRUN true\n\nFROM python:3.13-slim\n"
FAKE = """#!/bin/sh
for tag; do :; done
case "$tag" in {unknown}) exit 1;; nginx:*) printf 'sha256:%064d\\n' 1;; *) printf 'sha256:%064d\\n' 2;; esac
"""


def docker(folder: Path, monkeypatch: pytest.MonkeyPatch, unknown: str = "none") -> None:
    program = folder / "docker"
    program.write_text(FAKE.format(unknown=unknown))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_images_are_named_pinned_and_left_alone_where_nobody_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docker-compose.yml").write_text(COMPOSE)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    assert images.run([], tmp_path) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{tag} is named by its tag alone" for tag in ("nginx:1.28", "postgres:18", "python:3.13-slim")
    ]
    docker(tmp_path, monkeypatch, unknown="postgres:18")
    assert images.run(["--pin"], tmp_path) == 2
    assert "postgres:18" in capsys.readouterr().err
    assert ((tmp_path / "docker-compose.yml").read_text(), (tmp_path / "Dockerfile").read_text()) == (
        COMPOSE,
        DOCKERFILE,
    )
    docker(tmp_path, monkeypatch)
    for _twice in range(2):
        assert images.run(["--pin"], tmp_path) == 0
        pinned = (tmp_path / "docker-compose.yml").read_text() + (tmp_path / "Dockerfile").read_text()
        assert pinned == (COMPOSE + DOCKERFILE).replace("nginx:1.28", f"nginx:1.28@sha256:{1:064d}").replace(
            "postgres:18", f"postgres:18@sha256:{2:064d}"
        ).replace("3.13-slim", f"3.13-slim@sha256:{2:064d}")
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert (images.run(["--pin"], tmp_path), images.run(["--else"], tmp_path)) == (2, 2)


def test_the_images_of_the_project_are_all_found() -> None:
    assert images.unpinned(ROOT) == ["nginx:1.28", "postgres:18", "python:3.13-slim", "redis:8"]
