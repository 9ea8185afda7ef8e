"""Limits come from the settings, and nonsense in them is refused at start with a sentence that names the setting."""

from __future__ import annotations

import runpy
from datetime import datetime
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured

from agencies.calendar import AMMAN
from complaints.clocks import checks, clockwork
from complaints.models import Case
from complaints.workflow import STATE_RULES, State
from config.devstack.state import ROOT

EVERY_CHECK = (
    checks.check_working_days,
    checks.check_reminders,
    checks.check_escalation_levels,
    checks.check_answers,
    checks.check_counts,
)
DAYS = "{} is not between 1 and 60 working days."
SHARES = "REMINDERS is not a list of at most 4 rising percentages from 1 to 99, like 50,90."
UNKNOWN_LEVEL = "LADDER is not a list of different roles among minister_office, secretary_general, supervisor."


def found(settings: Any, **wrong: Any) -> list[str]:
    for name, value in wrong.items():
        setattr(settings, name, value)
    messages: list[CheckMessage] = [message for check in EVERY_CHECK for message in check(app_configs=None)]
    return [str(message.msg) for message in messages]


def test_the_defaults_are_those_of_the_table() -> None:
    assert {state: clockwork.days_in(state) for state in State} == {state: STATE_RULES[state].days for state in State}


def test_the_defaults_pass_and_the_checks_are_registered(settings: Any) -> None:
    assert found(settings) == []
    assert set(EVERY_CHECK) <= set(registry.get_checks())


@pytest.mark.parametrize("name", ["TRIAGE_DAYS", "COMPETENCE_DAYS", "REPLY_DAYS", "OBJECTION_DECISION_DAYS"])
@pytest.mark.parametrize("value", [0, -1, 61, 100_000])
def test_days_in_which_nothing_or_anything_can_be_done(settings: Any, name: str, value: int) -> None:
    assert found(settings, **{name: value}) == [DAYS.format(name)]


@pytest.mark.parametrize(
    "value", ["", "50,50", "90,50", "0,50", "50,100", "-5", "half", "50;90", "٥٠", "1,2,3,4,5", "50,"]
)
def test_reminders_that_do_not_rise(settings: Any, value: str) -> None:
    assert found(settings, REMINDERS=value) == [SHARES]


@pytest.mark.parametrize("value", ["", "supervisor,supervisor", "king", "cmu_head", "officer", "supervisor,"])
def test_a_ladder_of_people_nobody_knows(settings: Any, value: str) -> None:
    assert found(settings, LADDER=value) == [UNKNOWN_LEVEL]


@pytest.mark.parametrize(
    ("name", "value", "most"),
    [
        ("BOUNCES_BEFORE_RULING", 0, 10),
        ("BOUNCES_BEFORE_RULING", 11, 10),
        ("SILENCE_HOURS", 0, 500),
        ("SILENCE_HOURS", -8, 500),
        ("SILENCE_HOURS", 501, 500),
    ],
)
def test_counts_that_act_at_once_or_never(settings: Any, name: str, value: int, most: int) -> None:
    assert found(settings, **{name: value}) == [f"{name} is not between 1 and {most}."]


@pytest.mark.parametrize("name", ["TRIAGE_DAYS", "REPLY_DAYS", "BOUNCES_BEFORE_RULING", "SILENCE_HOURS"])
@pytest.mark.parametrize("value", ["soon", "1.5", ""])
def test_a_number_that_is_none(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(str(ROOT / "config" / "settings.py"))
    assert str(refused.value) == f"{name} is not a number, or not one of the right kind; docs/settings.md describes it."


@pytest.mark.parametrize("value", [" 25 , 50,75 "])
def test_spaces_do_no_harm(settings: Any, value: str) -> None:
    assert found(settings, REMINDERS=value, LADDER=" secretary_general , supervisor ") == []
    assert (clockwork.reminders(), clockwork.ladder()) == ((25, 50, 75), ("secretary_general", "supervisor"))


@pytest.mark.parametrize("least", [True, False])
def test_the_ends_of_what_is_allowed_pass(settings: Any, *, least: bool) -> None:
    bounds = {"BOUNCES_BEFORE_RULING": (1, 10), "SILENCE_HOURS": (1, 500), "SEND_WINDOW": (0, 600)}
    bounds |= {"RATING_OPEN_DAYS": (1, 366), "RATING_CHANGE_DAYS": (1, 366), "CAME_BACK_WEEKS": (0, 52)}
    bounds |= dict.fromkeys(["TRIAGE_DAYS", "COMPETENCE_DAYS", "REPLY_DAYS", "OBJECTION_DECISION_DAYS"], (1, 60))
    settings.RATING_QUESTION_DAYS = 0
    wanted = {name: low if least else high for name, (low, high) in bounds.items()}
    assert found(settings, REMINDERS="1" if least else "1,2,98,99", **wanted) == []


@pytest.mark.django_db
def test_a_clock_counts_the_days_of_the_settings(file_case: Any, settings: Any) -> None:
    settings.COMPETENCE_DAYS = 3
    case: Case = file_case()
    assert (case.deadline_at, case.clocks.get().limit_days) == (datetime(2026, 1, 7, 15, 30, tzinfo=AMMAN), 3)


@pytest.mark.parametrize(
    ("name", "value", "span"),
    [
        ("RATING_OPEN_DAYS", 0, "1 and 366"),
        ("RATING_CHANGE_DAYS", 367, "1 and 366"),
        ("RATING_QUESTION_DAYS", 31, "0 and 30"),
        ("CAME_BACK_WEEKS", -1, "0 and 52"),
    ],
    ids=["open", "change", "question", "weeks"],
)
def test_spans_after_an_answer_that_make_no_sense_are_refused(settings: Any, name: str, value: int, span: str) -> None:
    settings.RATING_QUESTION_DAYS = 0
    assert found(settings, **{name: value}) == [f"{name} is not between {span}."]


def test_a_clock_without_what_it_counts_from_is_a_mistake_of_the_caller(now: datetime) -> None:
    for state, missing in ((State.IN_PROGRESS, "needs a promised date"), (State.REFERRED, "counts working days")):
        with pytest.raises(ValueError, match=missing):
            clockwork.due_in_state(state, at=now, promised=None, calendar=None)
