"""The life of a case, spelled out by hand: what the table must say, never derived from it."""

import re

from django.conf import settings

from complaints.lifecycle import document
from complaints.workflow import ACTIONS, STATE_RULES, TRANSITIONS, Action, State, edges
from tests.complaints.functions import FUNCTIONS

EDGES = [
    ("accept", "referred", "in_progress"),
    ("archive", "triage", "closed"),
    ("ask", "in_progress", "waiting"),
    ("ask", "referred", "waiting"),
    ("ask", "triage", "waiting"),
    ("close", "in_progress", "closed"),
    ("close", "referred", "closed"),
    ("decline", "referred", "triage"),
    ("deliver", "in_progress", "closed"),
    ("deliver", "referred", "closed"),
    ("dismiss", "objected", "closed"),
    ("extend", "in_progress", "in_progress"),
    ("file", "", "referred"),
    ("file", "", "triage"),
    ("lapse", "waiting", "in_progress"),
    ("lapse", "waiting", "referred"),
    ("lapse", "waiting", "triage"),
    ("object", "closed", "objected"),
    ("refer", "in_progress", "referred"),
    ("refer", "referred", "referred"),
    ("refer", "triage", "referred"),
    ("reply", "waiting", "in_progress"),
    ("reply", "waiting", "referred"),
    ("reply", "waiting", "triage"),
    ("return", "in_progress", "triage"),
    *(
        ("undo", source, target)
        for source in ("closed", "in_progress", "triage")
        for target in ("in_progress", "referred")
    ),
    ("uphold", "objected", "in_progress"),
    ("uphold", "objected", "triage"),
    ("withdraw", "in_progress", "closed"),
    ("withdraw", "objected", "closed"),
    ("withdraw", "referred", "closed"),
    ("withdraw", "triage", "closed"),
    ("withdraw", "waiting", "closed"),
]
WHO = {
    "file": {"citizen", "agent", "representative"},
    "refer": {"cmu"},
    "accept": {"officer", "supervisor"},
    "decline": {"officer", "supervisor"},
    "return": {"officer", "supervisor"},
    "ask": {"officer", "supervisor", "cmu"},
    "reply": {"citizen", "agent", "representative"},
    "lapse": {"clock"},
    "extend": {"supervisor", "cmu"},
    "close": {"officer", "supervisor", "signer"},
    "deliver": {"officer", "supervisor"},
    "undo": {"doer"},
    "withdraw": {"citizen", "agent", "representative"},
    "archive": {"cmu"},
    "object": {"citizen", "agent", "representative"},
    "uphold": {"uninvolved_cmu"},
    "dismiss": {"uninvolved_cmu"},
}
HOLDERS_AND_CLOCKS = {
    "triage": ("cmu", "find_owner", 1),
    "referred": ("agency", "decide_competence", 2),
    "in_progress": ("agency", "answer", None),
    "waiting": ("citizen", "citizen_reply", 10),
    "closed": (None, "may_object", None),
    "objected": ("cmu", "decide_objection", 5),
}


def test_the_table_has_these_edges_and_no_other() -> None:
    assert edges() == EDGES


def test_each_verb_is_for_these_people_and_nobody_else() -> None:
    assert {action.value: {actor.value for actor in row.who} for action, row in TRANSITIONS.items()} == WHO


def test_each_state_has_its_holder_and_its_clock() -> None:
    assert {
        state.value: (rule.holder and rule.holder.value, rule.clock.value, rule.days)
        for state, rule in STATE_RULES.items()
    } == HOLDERS_AND_CLOCKS


def test_every_verb_can_be_called() -> None:
    assert list(FUNCTIONS) == list(TRANSITIONS)
    assert set(ACTIONS) == set(Action)
    assert set(STATE_RULES) == set(State)


def test_the_document_says_what_the_table_says() -> None:
    assert (settings.BASE_DIR / "docs" / "lifecycle.md").read_text(encoding="utf-8") == document()


def test_the_diagram_has_an_arrow_for_each_edge_and_no_other() -> None:
    diagram = document().split("```mermaid\nstateDiagram-v2\n")[1].split("```")[0]
    arrows = [re.fullmatch(r"    (\S+) --> (\S+) : (.+)", line) for line in diagram.splitlines()]
    drawn = [(action, arrow[1], arrow[2]) for arrow in arrows if arrow for action in arrow[3].split(", ")]
    assert all(arrows)
    assert sorted(drawn) == sorted((action, source or "[*]", target) for action, source, target in EDGES)


def test_a_limit_of_one_day_is_in_the_singular() -> None:
    assert "| find_owner | 1 working day |" in document()
