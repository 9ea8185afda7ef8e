"""Several cases are changed at once from several sides: nobody is answered twice, and nobody waits crosswise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import Citizen, User
from complaints.models import Case, CaseEvent, CaseLink
from complaints.transition import TransitionNotAllowed
from complaints.verbs import close, link, unlink, withdraw
from complaints.verbs.links import LeadFollows, LinkedAlready
from tests.complaints import DONE, FOUND
from tests.complaints.closing.conftest import Neighbours
from tests.complaints.conftest import FileCase
from tests.complaints.test_concurrency import at_once, copy

pytestmark = pytest.mark.django_db(transaction=True)
type Follow = Callable[..., Case]
GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


def test_a_follower_is_answered_once_however_many_answer(
    follow: Follow, lead: Case, karim: Citizen, omar: User, nadia: User, now: datetime
) -> None:
    case = follow(karim, is_accepted=True)
    leading, following = copy(lead), copy(case)
    outcomes = at_once(
        lambda: close(leading, by=omar, at=now, **GOOD), lambda: close(following, by=nadia, at=now, **GOOD)
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(isinstance(outcome, TransitionNotAllowed) for outcome in refused)
    assert [one.answers.filter(state="given").count() for one in (lead, case)] == [1, 1]
    assert [CaseEvent.objects.filter(case=one, verb="close").count() for one in (lead, case)] == [1, 1]


def test_a_citizen_who_withdraws_meanwhile_stays_withdrawn(
    follow: Follow, lead: Case, neighbours: Neighbours, omar: User, now: datetime
) -> None:
    cases = [follow(one) for one in neighbours(4)]
    leading, own = copy(lead), copy(cases[2])
    citizen = own.citizen.user
    assert citizen is not None
    at_once(lambda: close(leading, by=omar, at=now, **GOOD), lambda: withdraw(own, by=citizen, at=now))
    outcomes = {case.pk: Case.objects.get(pk=case.pk).outcome for case in cases}
    assert outcomes.pop(own.pk) in {"solved", "withdrawn"}
    assert set(outcomes.values()) == {"solved"}
    assert CaseEvent.objects.filter(case=own, verb__in=["close", "withdraw"]).count() == 1


def test_two_links_against_each_other_make_no_loop(
    file_case: FileCase, lead: Case, omar: User, nadia: User, now: datetime
) -> None:
    other = file_case()
    one, two = (copy(lead), copy(other)), (copy(other), copy(lead))
    outcomes = at_once(lambda: link(*one, by=omar, at=now), lambda: link(*two, by=nadia, at=now))
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert [type(outcome) for outcome in refused] in ([LinkedAlready], [LeadFollows])
    assert CaseLink.objects.count() == 1


def test_unlinking_while_the_lead_is_answered_is_one_or_the_other(
    follow: Follow, lead: Case, karim: Citizen, omar: User, nadia: User, now: datetime
) -> None:
    case = follow(karim, is_accepted=True)
    leading, joined = copy(lead), CaseLink.objects.get()
    outcomes = at_once(lambda: close(leading, by=omar, at=now, **GOOD), lambda: unlink(joined, by=nadia, at=now))
    case.refresh_from_db()
    ended = CaseLink.objects.filter(ended_at__isnull=False).exists()
    assert (case.state, ended, isinstance(outcomes[1], TransitionNotAllowed)) in (
        ("closed", False, True),
        ("in_progress", True, False),
    )
