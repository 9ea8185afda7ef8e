"""The door of the benchmarks: the list of them, and what is said while one runs."""

import io
import sys

import pytest

from tests.bench import progress
from tests.bench.__main__ import BENCHMARKS, main

LISTED = list(BENCHMARKS)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def names(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines() if line.startswith("  ")]


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_without_a_name_every_benchmark_is_listed_with_a_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    said = capsys.readouterr()
    assert (names(said.out), said.err) == (LISTED, "")
    assert sorted(LISTED) == LISTED
    assert max(map(len, said.out.splitlines())) <= 100


def test_a_wrong_name_is_said_and_the_benchmarks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figure"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.splitlines()[0], names(said.err)) == ("", "There is no benchmark 'figure'.", LISTED)


def test_progress_is_said_on_the_error_output_and_rarely_where_nobody_looks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress.say("Preparing …")
    assert list(progress.follow(range(0, 5000, 2000), "Making up cases", size=2000, whole=5000)) == [0, 2000, 4000]
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Preparing …\nMaking up cases: 2,000 of 5,000\n")


def test_progress_rewrites_its_line_on_a_terminal_and_leaves_it_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "ON_A_TERMINAL", 0.0)
    assert list(progress.follow("ab", "Round")) == ["a", "b"]
    assert terminal.getvalue() == "\rRound: 1 of 2\x1b[K\rRound: 2 of 2\x1b[K\r\x1b[K"
