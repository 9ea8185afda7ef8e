"""A part of the attacks in one process, and the proof that a leak, a write and an error are found."""

from dataclasses import replace
from datetime import datetime

import pytest
from django.utils import timezone

from complaints.models import StandardText
from tests.bench.attack.command import TABLES, Sent, attack
from tests.bench.attack.judging import content, problems
from tests.bench.attack.leak import everybody_sees_every_case
from tests.bench.attack.rows import Answer, Row
from tests.bench.attack.sending import InProcess
from tests.bench.attack.town import Town, make_town
from tests.complaints.pages import Clock

FEWEST_ROWS, FEWEST_REQUESTS = 20, 150


@pytest.fixture
def town(db: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town of the attacks, in which the clock stands still."""
    monkeypatch.setattr(timezone, "now", Clock(now))
    return make_town(now)


def attacked(town: Town, *people: str) -> list[Sent]:
    """Send the rows of the suite through Django's client, or those of some people alone."""
    rows = [row for table in TABLES.values() for row in table if row.in_suite]
    rows = [replace(row, who=" ".join(set(row.who.split()) & set(people))) for row in rows] if people else rows
    return list(attack("", rows, town, InProcess(town.people), content))


def test_what_the_tables_say_holds_in_one_process_and_a_leak_is_found(town: Town) -> None:
    sent = attacked(town)
    assert [each for each in sent if each.problems] == []
    assert len(sent) >= FEWEST_ROWS
    with everybody_sees_every_case():
        assert leaked(town) == {"yusuf", "nadia"}
    # What was compiled meanwhile is forgotten: nothing leaks in the tests that follow.
    assert leaked(town) == set()


def leaked(town: Town) -> set[str]:
    """Return those of two who were shown what is not theirs."""
    sent = attacked(town, "yusuf", "nadia")
    return {each.what.split()[0] for each in sent if any("shows" in problem for problem in each.problems)}


class Careless:
    """Pages that write whatever comes, and answer as they are told."""

    def __init__(self, town: Town, answer: Answer) -> None:
        self.town, self.answer = town, answer

    def send(self, *_row: object) -> Answer:
        """Write a text and answer."""
        StandardText.objects.filter(pk=self.town.places["text"]).update(title=f"{StandardText.objects.get().title}!")
        return self.answer


def test_a_write_an_error_a_wrong_way_and_a_trace_are_found(town: Town) -> None:
    row = Row("yusuf", "POST", "/", "302 /ar/sign-in/", lacks="echo")
    (sent,) = attack("", [row], town, Careless(town, Answer(500, b"echo Traceback (most recent call last)")), content)
    assert sent.problems == (
        "answered 500 instead of 302 /ar/sign-in/",
        "is an error of the server",
        "shows Traceback (most recent call last), echo",
        "wrote to complaints_standardtext",
    )
    assert list(problems(row, Answer(302, headers={"Location": "//evil.example"}), {})) == ["leads to //evil.example"]


def test_the_tables_are_wide_enough() -> None:
    assert sum(len(row.who.split()) for table in TABLES.values() for row in table) >= FEWEST_REQUESTS
