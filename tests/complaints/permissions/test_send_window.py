"""Until when the last step of a case can be undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from complaints.actions import accept, ask, recuse
from complaints.models import Case
from complaints.permissions import policy
from complaints.permissions.case_permissions import case_permissions
from complaints.staff.frame import load_case
from tests.complaints import RECUSAL_REASON

pytestmark = pytest.mark.usefixtures("clock", "english")


def test_the_last_step_can_be_undone_while_the_window_is_open_if_it_is_one_that_can(
    referred: Case, omar: User, now: datetime, undo_window: timedelta, django_assert_num_queries: Callable[..., object]
) -> None:
    accept(referred, by=omar, at=now, days=2)
    case = Case.objects.get(pk=referred.pk)
    end = now + undo_window
    assert policy.ends_at(case, at=end - timedelta(seconds=1)) == end
    with django_assert_num_queries(0):
        assert policy.ends_at(case, at=end) is None
    ask(case, by=omar, at=end, text="في أي شارع؟")
    asked = Case.objects.get(pk=referred.pk)
    with django_assert_num_queries(0):
        assert policy.ends_at(asked, at=end) is None


def test_a_recusal_can_be_ended_where_there_is_one(
    accepted: Case, omar: User, nadia: User, hani: User, now: datetime
) -> None:
    def may_end(user: User) -> bool:
        return case_permissions(load_case(user, accepted.reference, at=now), user, at=now).may_end_recusal

    assert may_end(nadia) is False
    recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assert [may_end(user) for user in (nadia, hani)] == [True, False]


def test_whoever_did_the_last_step_at_a_desk_of_theirs_can_undo_it(
    referred: Case, omar: User, nadia: User, now: datetime, undo_window: timedelta
) -> None:
    accept(referred, by=omar, at=now, days=2)
    case, own = Case.objects.get(pk=referred.pk), frozenset({referred.agency_id})

    def did(user: User, at: datetime, desks: frozenset[int | None] = own) -> bool:
        return policy.did_last_step(case, user, at=at, desks=desks)

    assert (did(omar, now), did(nadia, now), did(omar, now, frozenset())) == (True, False, False)
    assert did(omar, now + undo_window) is False
