"""Who reads which figures, by role; and that a door answers a stranger as if there were nothing."""

from datetime import datetime, timedelta

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from time_machine import TimeMachineFixture

from accounts.models import Citizen, Membership, User
from accounts.roles import Role
from agencies.models import Agency
from reports import access
from tests.cast import give_role, make_staff

ALL = {Role.CMU_STAFF, Role.CMU_HEAD, Role.PM_OFFICE}
OWN = {Role.OFFICER, Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.MINISTER_OFFICE}


@pytest.fixture
def by_role(water: Agency, cmu: Agency) -> dict[Role, User]:
    """A person of each role: those of an agency at the water company, the others at the unit."""
    people = {}
    for number, role in enumerate(Role):
        home = cmu if role in ALL else water
        people[role] = make_staff(f"{role}@staff.example", "اسم", "Name", f"+96279020{number:04}", home, role)
    return people


def test_each_role_reads_what_it_may(by_role: dict[Role, User], water: Agency, gam: Agency, now: datetime) -> None:
    def who(question) -> set[Role]:
        return {role for role, user in by_role.items() if question(user, now)}

    assert who(access.reads_all_figures) == ALL
    assert who(lambda user, at: access.reads_agency(user, water, at)) == ALL | OWN
    assert who(lambda user, at: access.reads_agency(user, gam, at)) == ALL
    assert who(access.reads_own_figures) == OWN
    assert who(access.reads_some_figures) == ALL | OWN
    assert who(access.is_unit) == {Role.CMU_STAFF, Role.CMU_HEAD}
    assert who(access.is_unit_head) == {Role.CMU_HEAD}


def test_a_role_counts_on_its_days_only(omar: User, water: Agency, gam: Agency, now: datetime) -> None:
    give_role(omar, gam, Role.SUPERVISOR, starts_on=now.date() + timedelta(days=1))
    assert access.own_agencies(omar, now) == {water.pk}
    tomorrow = User.objects.get(pk=omar.pk)
    assert access.own_agencies(tomorrow, now + timedelta(days=1)) == {water.pk, gam.pk}
    Membership.objects.filter(user=omar, agency=gam).delete()
    Membership.objects.filter(user=omar).update(ends_on=now.date() - timedelta(days=1))
    assert not access.reads_some_figures(User.objects.get(pk=omar.pk), now)


def test_a_door_answers_strangers_as_if_there_were_nothing(
    lina: User, omar: User, amina: Citizen, water: Agency, time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)

    @access.for_readers_of_all
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("figures")

    def answer(user: User) -> HttpResponse:
        request = RequestFactory().get("/")
        request.user = user
        return page(request)

    assert answer(lina).content == b"figures"
    for stranger in (omar, amina.user):
        with pytest.raises(Http404):
            answer(stranger)


def test_an_agency_of_others_and_one_that_does_not_exist_are_the_same(
    omar: User, yusuf: User, lina: User, water: Agency, now: datetime
) -> None:
    assert access.agency_or_404(omar, "miyahuna", now) == water == access.agency_or_404(lina, "miyahuna", now)
    for code in ("miyahuna", "no-such-agency"):
        with pytest.raises(Http404):
            access.agency_or_404(yusuf, code, now)
