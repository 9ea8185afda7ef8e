"""Many cases are changed at once while somebody acts on one of them: one of the two, and the list says which."""

from __future__ import annotations

from functools import partial
from importlib import import_module

import pytest
from django.urls import reverse

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints import actions
from complaints.actions import accept, withdraw
from complaints.models import Case, CaseEvent
from tests.cast import make_staff
from tests.complaints import NOT_OURS
from tests.complaints.cases import FileCase
from tests.complaints.desk.queue.bulk import ticked
from tests.complaints.pages import Clock, Desk, address, sent
from tests.complaints.threads import Overlap, copy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock", "english")]


def done_to(case: Case) -> list[str]:
    return list(CaseEvent.objects.filter(case=case).order_by("number").values_list("action", flat=True))[1:]


def test_whoever_acts_on_one_case_waits_for_the_list_and_reads_who_was_first(
    desk: Desk,
    file_case: FileCase,
    *,
    omar: User,
    nadia: User,
    lina: User,
    yusuf: User,
    gam: Agency,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The unit refers, and an officer accepts, two cases of a list, of which another decides on the first."""
    maha = make_staff("maha@cmu.example", "مها", "Maha", "+962790100041", lina.memberships.get().agency, Role.CMU_STAFF)
    triage, referred = [file_case(agency=None) for _ in range(2)], [file_case() for _ in range(2)]
    declining = {"reason": "other_place", "text": NOT_OURS, "proposed_agency": gam.code}
    ways = {
        "refer": (triage, lina, {"agency": gam.code, "reason": ""}, maha, "desk-refer", {"agency": "miyahuna"}),
        "accept": (referred, omar, {"days": "3", "directorate": ""}, nadia, "desk-decline", declining),
    }
    wrong = []
    for act, (cases, many, typed, single, page, said) in ways.items():
        overlap, of_many, of_one = Overlap(), desk(many), desk(single)
        there = address(page, cases[0])
        with monkeypatch.context() as patch:
            patch.setattr(actions, act, overlap.around(getattr(actions, act)))
            pressed = {"bulk_action": act, "case": ticked(*cases), "send": "1", **typed}
            found, late = overlap.run(
                partial(of_many.post, reverse("queue-bulk"), pressed),
                partial(of_one.post, there, sent(cases[0], **said)),
            )
        results = [one.is_done for one in found.context["results"]] if found.status_code == 200 else found.status_code
        outcome = (results, getattr(late, "status_code", late), overlap.was_overtaken, [done_to(one) for one in cases])
        if outcome != ([True, True], 409, False, [[act], [act]]):
            wrong.append((act, outcome))
    assert wrong == []


@pytest.mark.usefixtures("undo_window")
def test_what_is_undone_for_many_is_not_undone_over_the_citizens_word_nor_half(
    desk: Desk, file_case: FileCase, omar: User, amina: Citizen, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The citizen withdraws in the moment in which an acceptance is undone, before and after its row is locked."""
    assert amina.user
    first, second = file_case(), file_case()
    for case in (first, second):
        accept(case, by=omar, at=clock.at, days=2)
    clock.pass_(seconds=30)
    moments = {
        "before the lock": (actions, "undo", first, Overlap()),
        "after it": (import_module("complaints.actions.undo"), "_stop_messages", second, Overlap()),
    }
    found = {}
    for moment, (module, name, case, overlap) in moments.items():
        client, mine = desk(omar), copy(case)
        with monkeypatch.context() as patch:
            patch.setattr(module, name, overlap.around(getattr(module, name)))
            page, withdrawn = overlap.run(
                partial(client.post, reverse("queue-bulk-undo"), {"case": ticked(mine)}),
                partial(withdraw, copy(case), by=amina.user, at=clock.at),
            )
        is_undone = [one.is_done for one in page.context["results"]] if page.status_code == 200 else page.status_code
        found[moment] = (is_undone, withdrawn, overlap.was_overtaken, done_to(case)[1:])
    assert found == {
        "before the lock": ([False], None, True, ["withdraw"]),
        "after it": ([True], None, False, ["undo", "withdraw"]),
    }
