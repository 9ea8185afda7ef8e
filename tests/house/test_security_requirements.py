"""`docs/security-requirements.md` has every requirement of ASVS 5.0.0, levels 1 and 2, once, and the tests it names."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from config.devstack.state import ROOT
from tests.house.test_promises import TEST, names_of_tests

DOCUMENT = ROOT / "docs" / "security-requirements.md"
VALIDATION = ROOT / "docs" / "validation.md"
KIND = re.compile(r"^class ([A-Z]\w+)\(", re.MULTILINE)
ROW = re.compile(r"^\| (?P<number>\d+\.\d+\.\d+) \| (?P<level>[12]) \| (?P<rest>.+) \|$", re.MULTILINE)
#: The numbers of each section of the standard, by level; the others are of level 3.
LEVEL_1 = """1.2:1-5 1.3:1-2 1.5:1 2.1:1 2.2:1-2 2.3:1 3.2:1-2 3.3:1 3.4:1-2 3.5:1-3 4.1:1 4.4:1 5.2:1-2 5.3:1-2 6.1:1
6.2:1-8
6.3:1-2 6.4:1-2 7.2:1-4 7.4:1-2 8.1:1 8.2:1-2 8.3:1 9.1:1-3 9.2:1 10.4:1-5 11.3:1-2 11.4:1 12.1:1 12.2:1-2 13.4:1
14.2:1 14.3:1 15.1:1 15.2:1 15.3:1"""
LEVEL_2 = """1.1:1-2 1.2:6-9 1.3:3-11 1.4:1-3 1.5:2 2.1:2-3 2.2:3 2.3:2-4 2.4:1 3.3:2-4 3.4:3-6 3.5:4-5 3.7:1-2 4.1:2-3
4.2:1 4.3:1-2 4.4:2-4 5.1:1 5.2:3 5.4:1-3 6.1:2-3 6.2:9-12 6.3:3-4 6.4:3-4 6.5:1-5 6.6:1-3 6.8:1-4 7.1:1-3 7.3:1-2
7.4:3-5 7.5:1-2 7.6:1-2 8.1:2 8.2:3 8.4:1 9.2:2-4 10.1:1-2 10.2:1-2 10.3:1-4 10.4:6-11 10.5:1-5 10.6:1-2 10.7:1-3
11.1:1-2 11.2:1-3 11.3:3 11.4:2-4 11.5:1 11.6:1 12.1:2-3 12.3:1-4 13.1:1 13.2:1-5 13.3:1-2 13.4:2-5 14.1:1-2 14.2:2-4
14.3:2-3 15.1:2-3 15.2:2-3 15.3:2-7 16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3 17.1:1 17.2:1-4 17.3:1-2"""
STATES = {"met", "partly", "open", "–"}


def numbers(sections: str) -> list[str]:
    """Return the numbers that sections like ``1.2:6-9`` stand for."""
    found = []
    for part in sections.split():
        section, _, span = part.partition(":")
        first, _, last = span.partition("-")
        found += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


def said() -> list[tuple[str, str, list[str]]]:
    """Return number, level and the other cells of each row."""
    rows = ROW.finditer(DOCUMENT.read_text(encoding="utf-8"))
    return [(row["number"], row["level"], row["rest"].split(" | ")) for row in rows]


def wrong(cells: list[str]) -> str:
    """Return what is wrong with the cells of a row: requirement, state, how, test."""
    if len(cells) != 4 or not all(cells) or cells[1] not in STATES:
        return "not of the form of the table"
    test = TEST.fullmatch(cells[3])
    if cells[3] != "–" and (test is None or test["name"] not in names_of_tests(test["path"])):
        return f"{cells[3]} does not exist"
    is_without_proof = cells[1] == "met" and test is None and len(cells[2].split()) < 2
    return "met without a test or a reason" if is_without_proof else ""


def test_every_requirement_of_both_levels_stands_there_once() -> None:
    listed = Counter((number, level) for number, level, _cells in said())
    expected = [(number, "1") for number in numbers(LEVEL_1)] + [(number, "2") for number in numbers(LEVEL_2)]
    assert listed == Counter(expected)
    assert len(expected) == 253


def test_every_row_has_its_state_and_a_test_that_exists() -> None:
    assert {number: fault for number, _level, cells in said() if (fault := wrong(cells))} == {}


def test_every_kind_of_field_says_what_it_takes_with_a_test_that_exists() -> None:
    document = VALIDATION.read_text(encoding="utf-8")
    fields = {name for path in (ROOT / "kit" / "forms").glob("*.py") for name in KIND.findall(path.read_text())}
    tests = [(test, TEST.fullmatch(test)) for test in re.findall(r"`tests/[^`]+`", document)]
    missing = [test for test, found in tests[1:] if not found or found["name"] not in names_of_tests(found["path"])]
    assert ([name for name in sorted(fields) if f"`{name}`" not in document], missing) == ([], [])
    assert len(fields) > 20


def test_the_sums_are_those_of_the_rows() -> None:
    states = Counter(cells[1] for _number, _level, cells in said())
    sums = f"{states['met']} are met, {states['partly']} partly, {states['open']} are open, and {states['–']} ask"
    assert sums in " ".join(DOCUMENT.read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (["x", "met", "y", "`tests/house/test_promises.py::test_the_rules_above_can_fail`"], ""),
        (["x", "met", "y", "`tests/house/test_promises.py::test_nothing`"], "does not exist"),
        (["x", "nearly", "y z", "–"], "not of the form"),
        (["x", "met", "y", "–"], "without a test"),
    ],
)
def test_the_rules_above_can_fail(cells: list[str], fault: str) -> None:
    assert wrong(cells).endswith(fault) if not fault else fault in wrong(cells)
