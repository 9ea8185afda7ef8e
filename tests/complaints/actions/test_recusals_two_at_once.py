"""Set aside while the same person acts: the lock of the case decides who is first, and nothing is half done."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import transaction

from accounts.models import User
from complaints.actions import assign, close, recuse
from complaints.actions.notes import NotAnOfficer
from complaints.actions.recusals import AlreadyRecused
from complaints.engine.transition import NotEntitled
from complaints.models import Answer, Case, Recusal
from tests.complaints import DONE, FOUND, RECUSAL_REASON
from tests.complaints.pages import Desk, address, post_at_once, sent
from tests.complaints.threads import Overlap, at_once, copy

pytestmark = pytest.mark.usefixtures("clock", "english")

GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


@pytest.mark.django_db(transaction=True)
def test_closing_while_one_is_set_aside(desk: Desk, accepted: Case, omar: User, hani: User, nadia: User) -> None:
    typed = sent(accepted, **GOOD)
    clients = desk(omar), desk(nadia)
    closing, naming = post_at_once(
        lambda: clients[0].post(address("desk-close", accepted), typed),
        lambda: clients[1].post(
            address("desk-recuse", accepted), sent(accepted, person=str(omar.pk), text=RECUSAL_REASON)
        ),
    )
    accepted.refresh_from_db()
    # Whoever was first is through; the other is stale, or has no such case any more.
    assert (closing, naming, accepted.state) in {(302, 409, "closed"), (404, 302, "in_progress")}
    assert Answer.objects.filter(case=accepted).count() == (closing == 302)
    assert Recusal.objects.filter(case=accepted).count() == (naming == 302)


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_lock_sees_what_was_written_under_it(
    accepted: Case, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    case, overlap = Case.objects.for_page().get(pk=accepted.pk), Overlap()

    def name() -> None:
        with transaction.atomic():
            recuse(copy(accepted), by=nadia, at=now, person=omar, text=RECUSAL_REASON)
            overlap.rest()

    named, refused = overlap.run(name, lambda: close(case, by=omar, at=now, **GOOD))
    assert (named, type(refused), overlap.was_overtaken) == (None, NotEntitled, False)
    assert Case.objects.get(pk=accepted.pk).state == "in_progress"


@pytest.mark.django_db(transaction=True)
def test_given_and_set_aside_at_once(referred: Case, hani: User, nadia: User, omar: User, now: datetime) -> None:
    given, named = at_once(
        lambda: assign(copy(referred), by=omar, at=now, officer=hani),
        lambda: recuse(copy(referred), by=nadia, at=now, person=hani, text=RECUSAL_REASON),
    )
    assert [one for one in (given, named) if isinstance(one, Exception) and type(one) is not NotAnOfficer] == []
    assert (Recusal.objects.count(), Case.objects.get(pk=referred.pk).officer) == (1, None)


@pytest.mark.django_db(transaction=True)
def test_named_twice_at_once(referred: Case, hani: User, nadia: User, lina: User, now: datetime) -> None:
    outcomes = at_once(
        *[lambda by=by: recuse(copy(referred), by=by, at=now, person=hani, text=RECUSAL_REASON) for by in (nadia, lina)]
    )
    assert [type(one) for one in outcomes if isinstance(one, Exception)] == [AlreadyRecused]
    assert Recusal.objects.filter(case=referred).count() == 1
