"""Every decision has a number, a title, a status and a date, and a row in both indexes that says the same."""

import re
from pathlib import Path

import pytest

from config.devstack.state import ROOT

DECISIONS = ROOT / "docs" / "decisions"
INDEX = DECISIONS / "README.md"
SUBJECTS = DECISIONS / "by-subject.md"
HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>[^\n]+)\n"
    r"\n"
    r"Status: (?P<status>accepted|(?:accepted, revised|superseded) by \[\d+\]\((?P<successor>[^)]+)\))"
    r" · (?P<date>\d{4}-\d{2}-\d{2})\n"
    r"\n"
)


def decisions() -> list[Path]:
    return sorted(path for path in DECISIONS.glob("*.md") if path not in {INDEX, SUBJECTS})


def head(path: Path) -> re.Match[str]:
    found = HEAD.match(path.read_text(encoding="utf-8"))
    assert found is not None, f"{path.name} does not begin with a title, a status and a date."
    return found


def test_a_decision_begins_with_its_number_status_and_date() -> None:
    heads = {path.name: head(path) for path in decisions()}
    assert [name for name, found in heads.items() if not name.startswith(f"{int(found['number']):04}-")] == []
    successors = {name: found["successor"] for name, found in heads.items() if found["successor"]}
    assert {name for name, successor in successors.items() if not (DECISIONS / successor).is_file()} == set()


def test_the_index_lists_every_decision_and_no_other() -> None:
    rows = [line for line in INDEX.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    assert rows == [
        f"| {found['number']} | [{found['title']}]({path.name}) | {found['status']} | {found['date']} |"
        for path in decisions()
        for found in [head(path)]
    ]


def test_every_decision_stands_once_under_a_subject() -> None:
    """Whoever adds one writes its line below the subject that its reader would look for."""
    lines = [line for line in SUBJECTS.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]
    assert sorted(lines, key=lambda line: int(line.split(":")[0].removeprefix("- "))) == [
        f"- {found['number']}: [{found['title']}]({path.name})" for path in decisions() for found in [head(path)]
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# 1. A title\n\nA text without a status.\n",
        "# 1. A title\n\nStatus: accepted\n\nA text.\n",
        "# 1. A title\n\nStatus: accepted, revised · 2026-11-25\n\nA text.\n",
        "# A title\n\nStatus: accepted · 2026-11-25\n\nA text.\n",
        "# 1. A title\n\nStatus: superseded · 2026-11-25\n\nA text.\n",
    ],
)
def test_a_decision_without_one_of_them_is_found(text: str) -> None:
    assert HEAD.match(text) is None
