"""A lead that ends without an answer, or leaves its agency, takes nobody with it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.actions import accept, close, link, return_case, unlink, withdraw
from complaints.models import Case
from notifications.models import Message
from tests.cast import make_citizen
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase

pytestmark = pytest.mark.usefixtures("clock", "english")

type Follow = Callable[..., Case]


def standing(case: Case) -> tuple[str, int, int]:
    """Return the state, the running clocks and the open holdings of a case as they stand."""
    now = Case.objects.get(pk=case.pk)
    clocks = now.clocks.filter(ended_at__isnull=True, paused_at__isnull=True)
    return now.state, clocks.count(), now.holdings.filter(ended_at__isnull=True).count()


def test_a_lead_that_is_withdrawn_leaves_its_followers_open_and_silent(
    follow: Follow, lead: Case, karim: Citizen, amina: Citizen, now: datetime
) -> None:
    case, before = follow(karim, is_accepted=True), Message.objects.filter(recipient=f"citizen:{karim.pk}").count()
    assert amina.user is not None
    withdraw(lead, by=amina.user, at=now)
    assert standing(case) == ("in_progress", 1, 1)
    assert Message.objects.filter(recipient=f"citizen:{karim.pk}").count() == before


def test_a_lead_that_goes_back_to_triage_leaves_its_followers_with_the_agency(
    follow: Follow, lead: Case, karim: Citizen, omar: User, gam: Agency, now: datetime
) -> None:
    case = follow(karim, is_accepted=True)
    return_case(lead, by=omar, at=now, reason="other_place", text="الشارع ليس لنا.", proposed_agency=gam)
    assert standing(case) == ("in_progress", 1, 1)
    close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert standing(case)[0] == "closed"


def test_a_follower_of_a_withdrawn_lead_can_be_put_under_another_and_is_answered_with_it(
    follow: Follow, file_case: FileCase, lead: Case, karim: Citizen, amina: Citizen, omar: User, now: datetime
) -> None:
    case = follow(karim)
    assert amina.user is not None
    withdraw(lead, by=amina.user, at=now)
    unlink(case.links.get(), by=omar, at=now)
    other = _another(file_case, omar, now)
    link(case, other, by=omar, at=now)
    close(other, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert standing(case)[0] == "closed"


def _another(file_case: FileCase, omar: User, now: datetime) -> Case:
    """Return an accepted case of somebody else, under no lead."""
    case = file_case(citizen=make_citizen("سعاد", "العمري", "9911112222", "+962790005555"))
    accept(case, by=omar, at=now, days=3)
    return case
