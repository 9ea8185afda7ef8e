"""Several cases are changed at once from several sides: nobody is answered twice, and nobody waits crosswise."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from threading import Barrier, BrokenBarrierError

import pytest

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.actions import accept, answers, close, link, links, unlink, withdraw
from complaints.actions.links import LeadFollows, LinkedAlready
from complaints.engine.transition import TransitionNotAllowed
from complaints.escalation import absences
from complaints.escalation.absences import HandedOver
from complaints.models import Case, CaseEvent, CaseLink
from tests.cast import make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase, Neighbours
from tests.complaints.threads import Overlap, at_once, copy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock", "english")]
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
    assert [CaseEvent.objects.filter(case=one, action="close").count() for one in (lead, case)] == [1, 1]


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
    assert CaseEvent.objects.filter(case=own, action__in=["close", "withdraw"]).count() == 1


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
    file_case: FileCase, karim: Citizen, omar: User, nadia: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for module, name in ((answers, "_answer_followers"), (links, "_end")):
        lead, case = file_case(), file_case(citizen=karim)
        for each in (lead, case):
            accept(each, by=omar, at=now, days=3)
        joined, overlap = link(case, lead, by=omar, at=now), Overlap()
        both = [partial(close, copy(lead), by=omar, at=now, **GOOD), partial(unlink, joined, by=nadia, at=now)]
        with monkeypatch.context() as patch:
            patch.setattr(module, name, overlap.around(getattr(module, name)))
            _, late = overlap.run(*(both if module is answers else reversed(both)))
        is_ended = CaseLink.objects.get(pk=joined.pk).ended_at is not None
        found.append((copy(case).state, is_ended, type(late).__name__, overlap.was_overtaken))
    assert found == [("closed", False, "TransitionNotAllowed", False), ("in_progress", True, "Answer", False)]


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> Callable[[object, str], None]:
    """Return a function that lets two threads wait for each other, half a second at most, before each call of a name.

    Without an order of the locks each of the two then holds the first person and asks for the second.
    """

    def make(module: object, name: str) -> None:
        barrier, called = Barrier(2), getattr(module, name)

        def late(*args: object, **more: object) -> object:
            with suppress(BrokenBarrierError):
                barrier.wait(0.5)
            return called(*args, **more)

        monkeypatch.setattr(module, name, late)

    return make


def test_two_incidents_with_the_same_two_people_in_opposite_order_are_both_answered(
    file_case: FileCase,
    meet: Callable[..., None],
    amina: Citizen,
    karim: Citizen,
    omar: User,
    now: datetime,
) -> None:
    one, two, three, four = (file_case(citizen=person) for person in (amina, karim, karim, amina))
    for lead, case in ((one, two), (three, four)):
        for each in (lead, case):
            accept(each, by=omar, at=now, days=3)
        link(case, lead, by=omar, at=now)
    meet(answers, "_answer_followers")
    first, second = copy(one), copy(three)
    outcomes = at_once(
        lambda: close(first, by=omar, at=now, **GOOD),
        lambda: close(second, by=User.objects.get(pk=omar.pk), at=now, **GOOD),
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert [copy(case).state for case in (one, two, three, four)] == ["closed"] * 4


def test_work_of_two_officers_with_the_same_two_people_is_handed_over_at_once(
    file_case: FileCase,
    meet: Callable[..., None],
    karim: Citizen,
    omar: User,
    nadia: User,
    water: Agency,
    now: datetime,
) -> None:
    rana, sara = (
        make_staff(f"{name}@miyahuna.example", name, name, f"+96279010002{place}", water, Role.OFFICER)
        for place, name in enumerate(("rana", "sara"))
    )
    cases = [file_case(), file_case(citizen=karim), file_case(citizen=karim), file_case()]
    for case, officer in zip(cases, (omar, omar, rana, rana), strict=True):
        accept(case, by=officer, at=now, days=3)
    meet(absences, "_assign")
    outcomes = at_once(
        lambda: absences.reassign(water, omar, sara, by=nadia, at=now),
        lambda: absences.reassign(water, rana, sara, by=User.objects.get(pk=nadia.pk), at=now),
    )
    assert outcomes == [HandedOver(2, 0), HandedOver(2, 0)]
    assert {copy(case).officer for case in cases} == {sara}
