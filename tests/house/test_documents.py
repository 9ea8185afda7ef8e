"""What a document names exists: paths, links, modules, commands, settings; so do paths in docstrings and comments."""

import ast
import io
import os
import re
import subprocess
import tokenize
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import global_settings
from django.core.management import get_commands

from config.celery import app
from config.devstack.__main__ import COMMANDS
from config.devstack.state import ROOT

PACKAGES = ("kit", "agencies", "notifications", "accounts", "complaints", "reports", "config", "tests")
SUFFIXES = "py|html|md|csv|sql|toml|yml|lock|in|po|css|js|typ|svg|png|txt"
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"```.*?```", re.DOTALL)
PATH = re.compile(rf"(?:[\w.*-]+/)+(?:[\w*-]+(?:\.(?:{SUFFIXES}))?)?|[\w-]+\.(?:{SUFFIXES})")
MODULE = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")
SETTING = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
COMMAND = re.compile(r"(?:python3 )?run\.py (?P<name>[a-z]+)(?: (?P<rest>[a-z_]+))?")
MANAGE = re.compile(r"(?:python )?manage\.py (?P<name>[a-z_]+)")
#: In docstrings and comments paths stand with or without backticks, from the root of the project on.
PATH_FROM_ROOT = re.compile(rf"(?<![\w./-])(?:{'|'.join(PACKAGES)}|docs|templates|static|locale)/[\w*./-]*[\w*]")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)|<img src=\"([^\"]+)\"")
#: The change log is no such document: it names what is no more.
TOP = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
#: What the system makes as it runs, and git ignores.
FOREIGN = {".local/", "media/", "staticfiles/"}


def documents() -> list[Path]:
    return [*(ROOT / file for file in TOP), *sorted((ROOT / "docs").rglob("*.md"))]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tracked() -> frozenset[str]:
    """Return every file of the project and every folder that holds one, with a slash behind it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = {line for line in listed.stdout.splitlines() if (ROOT / line).exists()}
    folders = {f"{parent.as_posix()}/" for file in files for parent in Path(file).parents if parent != Path()}
    return frozenset(files | folders)


@cache
def endings() -> frozenset[str]:
    """Return what the paths of the project may end with, from a whole part on."""
    parts = [path.rstrip("/").split("/") for path in tracked()]
    return frozenset("/".join(names[first:]) for names in parts for first in range(len(names)))


@cache
def capitals() -> frozenset[str]:
    """Return the words in capitals of all code and configuration, where a setting must stand to be one."""
    kinds, own = (".py", ".yml", ".example", ".toml"), name(Path(__file__))
    places = [*(file for file in tracked() if file.endswith(kinds) and file != own), "Dockerfile"]
    words = (re.findall(r"\b[A-Z][A-Z0-9_]+\b", (ROOT / file).read_text(encoding="utf-8")) for file in places)
    return frozenset(chain.from_iterable(words))


@cache
def tasks() -> frozenset[str]:
    """Return the names of all Celery tasks."""
    for file in tracked():
        if file.endswith("/tasks.py") and not file.startswith("tests/"):
            import_module(file.removesuffix(".py").replace("/", "."))
    return frozenset(app.tasks)


def missing_paths(text: str) -> Iterator[str]:
    """Yield the paths in backticks that are no end of any path of the project."""
    for said in CODE.findall(text):
        if not PATH.fullmatch(said) or said in FOREIGN:
            continue
        ending = said.rstrip("/")
        pattern = re.compile(re.escape(ending).replace(r"\*", "[^/]*"))
        if ending not in endings() and not ("*" in ending and any(map(pattern.fullmatch, endings()))):
            yield said


def missing_paths_from_root(text: str) -> Iterator[str]:
    """Yield the paths, in backticks or not, that lead from the root of the project to nothing."""
    for said in PATH_FROM_ROOT.findall(text):
        pattern = re.compile(re.escape(said).replace(r"\*", "[^/]*") + "/?")
        if not {said, f"{said}/"} & tracked() and not ("*" in said and any(map(pattern.fullmatch, tracked()))):
            yield said


def explained(source: str) -> str:
    """Return the docstrings and comments of a module."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = (ast.get_docstring(node) or "" for node in ast.walk(ast.parse(source)) if isinstance(node, kinds))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return "\n".join([*docstrings, *(token.string for token in tokens if token.type == tokenize.COMMENT)])


def missing_modules(text: str) -> Iterator[str]:
    for said in CODE.findall(text):
        found = MODULE.match(said)
        if found and not said.endswith(f".{SUFFIXES}") and not PATH.fullmatch(said) and not _resolves(found.group()):
            yield said


def _resolves(dotted: str) -> bool:
    """Tell whether a dotted name is a task, a module, or something in one."""
    if dotted in tasks():
        return True
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            # A module of a process may say what the process is, and the next test must not be told.
            with patch.dict(os.environ):
                found: object = import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def missing_commands(text: str) -> Iterator[str]:
    managed = get_commands()
    for found in COMMAND.finditer(text):
        is_managed = found["name"] != "manage" or found["rest"] is None or found["rest"] in managed
        if found["name"] not in COMMANDS or not is_managed:
            yield found.group()
    yield from (found.group() for found in MANAGE.finditer(text) if found["name"] not in managed)


def missing_settings(text: str) -> Iterator[str]:
    for said in CODE.findall(text):
        if not SETTING.fullmatch(said) or said in FOREIGN or hasattr(global_settings, said):
            continue
        if said not in capitals():
            yield said


def missing_links(path: Path) -> Iterator[str]:
    for found in LINK.findall(path.read_text(encoding="utf-8")):
        target = "".join(found)
        if not (path.parent / target).exists():
            yield target


@pytest.mark.parametrize(
    "missing", [missing_paths, missing_modules, missing_commands, missing_settings], ids=lambda check: check.__name__
)
def test_what_a_document_names_exists(missing: Callable[[str], Iterator[str]]) -> None:
    stale = {
        name(path): said
        for path in documents()
        if (said := sorted(set(missing(FENCE.sub("", path.read_text(encoding="utf-8"))))))
    }
    assert stale == {}


def test_what_a_document_links_to_exists() -> None:
    stale = {name(path): said for path in documents() if (said := sorted(set(missing_links(path))))}
    assert stale == {}


def test_what_docstrings_and_comments_name_exists() -> None:
    own = name(Path(__file__))
    sources = {file: (ROOT / file).read_text(encoding="utf-8") for file in tracked() if file.endswith(".py")}
    named = {file: source for file, source in sources.items() if file != own and PATH_FROM_ROOT.search(source)}
    stale = {file: said for file, source in named.items() if (said := [*missing_paths_from_root(explained(source))])}
    assert stale == {}


def test_every_document_is_in_the_list_of_documents() -> None:
    listed = set(re.findall(r"\]\(([^)#]+)\)", (ROOT / "docs" / "README.md").read_text(encoding="utf-8")))
    written = {name(path).removeprefix("docs/") for path in documents() if name(path).startswith("docs/")}
    decisions = {path for path in written if path.startswith("decisions/")}
    assert listed == written - decisions - {"README.md"} | {"decisions/README.md", "decisions/by-subject.md"}
    assert "(docs/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("missing", "stale", "true"),
    [
        (missing_paths, "`complaints/verbs/closing.py`", "`complaints/workflow/actions.py`"),
        (missing_paths, "`complaints/verbs/`", "`complaints/actions/`"),
        (
            missing_paths_from_root,
            "The limit is in complaints/workflow.py.",
            "See complaints/workflow/*.py, docs/glossary.md.",
        ),
        (missing_modules, "`complaints.nowhere.thing`", "`complaints.workflow.ACTIONS`"),
        (missing_modules, "`complaints.workflow.NOTHING`", "`complaints.escalate`"),
        (missing_commands, "run `python3 run.py nothing`", "run `python3 run.py test`"),
        (missing_commands, "run `python3 run.py manage nothing_at_all`", "run `python3 run.py manage lifecycle`"),
        (missing_settings, "`NO_SUCH_SETTING`", "`DATABASE_URL`"),
    ],
)
def test_the_checks_above_can_fail(missing: Callable[[str], Iterator[str]], stale: str, true: str) -> None:
    assert (len(list(missing(stale))), list(missing(true))) == (1, [])
