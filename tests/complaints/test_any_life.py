"""Whatever people and clock do in whatever order: legal states, whole history, tiled holders, one message each."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.models import Case
from complaints.transition import NotEntitled, TransitionNotAllowed
from complaints.verbs import CALLABLES, amend, propose_extension
from complaints.verbs.desk import NothingProposed, PromiseTooLate
from complaints.verbs.triage import AlreadyThere, NoActiveOfficer
from complaints.workflow import TRANSITIONS, Verb, edges
from notifications.models import Message
from tests.complaints import DETAILS, DONE, FOUND
from tests.complaints.conftest import FileCase
from tests.complaints.test_verbs import assert_whole

REFUSALS = (TransitionNotAllowed, NotEntitled, NothingProposed, PromiseTooLate, AlreadyThere, NoActiveOfficer)
MOVES = [verb.value for verb in Verb if verb != Verb.FILE] + ["amend", "propose_extension"]
PEOPLE = ["amina", "omar", "nadia", "yusuf", "lina", "rami", "sami"]

steps = st.lists(
    st.tuples(st.sampled_from(MOVES), st.sampled_from(PEOPLE), st.integers(1, 200)), min_size=5, max_size=25
)


def words(gam: Agency, cmu: Agency) -> dict[str, dict[str, object]]:
    """What each move says besides who and when; nobody who declines may propose themselves."""
    refusal = {"reason": "other_place", "text": "ليس لنا", "proposed_agency": cmu}
    return {
        "refer": {"agency": gam},
        "accept": {"days": 2},
        "decline": refusal,
        "return": refusal,
        "ask": {"text": "أين؟"},
        "reply": {"text": "هنا"},
        "close": {"outcome": "solved", "found": FOUND, "done": DONE},
        "archive": {"reason": "ليس من اختصاص النظام"},
        "object": {"text": "لم تحل"},
        "uphold": {"days": 2, "reasons": "نعم"},
        "dismiss": {"reasons": "لا"},
        "amend": {"subject": "موضوع آخر", "details": DETAILS},
        "propose_extension": {"days": 2, "reason": "تأخر"},
    }


@pytest.fixture
def everybody(request: pytest.FixtureRequest) -> dict[str, User | Citizen]:
    """Everybody who may try a move."""
    return {name: request.getfixturevalue(name) for name in PEOPLE}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_any_life_of_a_case_is_a_legal_one(
    file_case: FileCase,
    everybody: dict[str, User | Citizen],
    gam: Agency,
    cmu: Agency,
    now: datetime,
    steps: list[tuple[str, str, int]],
) -> None:
    people = {name: getattr(person, "user", person) for name, person in everybody.items()}
    calls: dict[str, Callable[..., object]] = {verb.value: call for verb, call in CALLABLES.items()}
    calls |= {"amend": amend, "propose_extension": propose_extension}
    said = words(gam, cmu)
    with transaction.atomic():
        case, at = file_case(), now
        for move, person, hours in steps:
            at += timedelta(hours=hours)
            before = case.version
            who = {} if move == "lapse" else {"by": people[person]}
            with suppress(*REFUSALS), transaction.atomic():
                calls[move](case, at=at, **who, **said.get(move, {}))
            case = Case.objects.get(pk=case.pk)
            assert case.version in {before, before + 1}
        check(case)
        connection.check_constraints()
        transaction.set_rollback(True)


def check(case: Case) -> None:
    """Hold the whole life against the table."""
    assert_whole(case)
    legal = set(edges())
    for event in case.events.all():
        if event.verb not in TRANSITIONS:
            assert event.from_state == event.to_state
            continue
        assert (event.verb, event.from_state, event.to_state) in legal
        owed = [
            tell
            for tell in TRANSITIONS[Verb(event.verb)].tells
            if tell.party == "citizen" and (not tell.into or event.to_state in tell.into)
        ]
        told = Message.objects.filter(occasion=f"case:{case.pk}:{event.number}", recipient__startswith="citizen:")
        assert told.count() == len(owed)
