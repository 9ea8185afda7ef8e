from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import Absence, Membership, User, cmu_staff, members_of, officers_of
from accounts.roles import CMU, DESK, SUPERVISION, Authority, Role
from tests.cast import give_role

TODAY = date(2026, 1, 4)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_an_authority_answers_which_roles_are_held_and_where():
    both = Authority(frozenset({(Role.OFFICER, 1), (Role.SUPERVISOR, 2), (Role.CMU_STAFF, None)}))
    assert both.agencies(DESK) == {1, 2}
    assert both.agencies(SUPERVISION) == {2}
    assert both.agencies(CMU) == frozenset()
    assert (both.has(CMU), both.has({Role.AUDITOR})) == (True, False)
    assert (both.is_staff, Authority().is_staff) == (True, False)


def test_an_authority_knows_in_whose_place_alone_a_role_is_held():
    first, second = uuid4(), uuid4()
    roles = frozenset({(Role.OFFICER, 1), (Role.SUPERVISOR, 1), (Role.OFFICER, 2), (Role.CMU_STAFF, 3)})
    lent = (
        (Role.SUPERVISOR, 1, first),
        (Role.OFFICER, 2, first),
        (Role.OFFICER, 2, second),
        (Role.CMU_STAFF, 3, first),
    )
    acting = Authority(roles, lent)
    assert acting.lenders(DESK) == {2: {first, second}}
    assert acting.lenders(CMU) == {3: {first}}
    assert acting.only_for(DESK) == frozenset()
    assert acting.only_for(CMU) == {first}
    assert acting.without({first}).roles == {(Role.OFFICER, 1), (Role.OFFICER, 2)}
    assert acting.without({first, second}).roles == {(Role.OFFICER, 1)}
    assert acting.without(frozenset()) is acting


def test_a_role_holds_from_its_first_to_its_last_day(omar, water, now):
    Membership.objects.filter(user=omar).update(starts_on=TODAY, ends_on=TODAY + timedelta(days=1))
    held = [fresh(omar).authority(now + timedelta(days=days)).agencies(DESK) for days in (-1, 0, 1, 2)]
    assert held == [frozenset(), {water.pk}, {water.pk}, frozenset()]


def test_an_authority_is_asked_for_once_a_day_and_instance(omar, now, django_assert_num_queries):
    user = fresh(omar)
    with django_assert_num_queries(1):
        assert user.authority(now) == user.authority(now + timedelta(hours=1))


def test_somebody_who_may_not_sign_in_has_no_authority_and_is_nobodys_officer(omar, water, now):
    omar.is_active = False
    omar.save(update_fields=["is_active"])
    assert fresh(omar).authority(now) == Authority()
    assert list(officers_of(water, TODAY)) == []


def test_the_officers_of_an_agency_are_its_own_only(omar, nadia, yusuf, water, gam):
    assert list(officers_of(water, TODAY)) == [omar]
    assert list(officers_of(gam, TODAY)) == [yusuf]


def test_the_staff_of_the_cmu_include_its_head_and_nobody_else(lina, omar, sami, cmu):
    head = User.objects.create_staff(email="head@cmu.example")
    give_role(head, cmu, Role.CMU_HEAD, starts_on=TODAY)
    assert list(cmu_staff(TODAY)) == [head, lina]


def test_an_absent_officer_acts_through_the_deputy_and_not_in_person(omar, nadia, yusuf, water, now):
    Absence.objects.create(user=omar, deputy=nadia, starts_on=TODAY, ends_on=TODAY)
    assert list(officers_of(water, TODAY)) == [nadia]
    assert fresh(nadia).authority(now).agencies({Role.OFFICER}) == {water.pk}
    assert fresh(nadia).authority(now + timedelta(days=1)).agencies({Role.OFFICER}) == frozenset()
    assert fresh(yusuf).authority(now).agencies(DESK).isdisjoint({water.pk})


def test_who_keeps_off_takes_the_deputy_along(omar, nadia, yusuf, water):
    assert list(officers_of(water, TODAY, exclude=[omar.pk])) == []
    Absence.objects.create(user=omar, deputy=yusuf, starts_on=TODAY, ends_on=TODAY)
    assert list(officers_of(water, TODAY)) == [yusuf]
    assert (
        list(officers_of(water, TODAY, exclude=[omar.pk])) == list(officers_of(water, TODAY, exclude=[yusuf.pk])) == []
    )
    assert list(members_of(DESK, TODAY, agencies=[water.pk])) == [nadia, omar, yusuf]


def test_an_absent_officer_without_a_deputy_leaves_the_agency_without_one(omar, water):
    Absence.objects.create(user=omar, starts_on=TODAY, ends_on=TODAY)
    assert list(officers_of(water, TODAY)) == []
    assert list(officers_of(water, TODAY + timedelta(days=1))) == [omar]


def test_a_deputy_of_a_colleague_who_left_has_nothing_from_it(omar, nadia, now):
    Absence.objects.create(user=omar, deputy=nadia, starts_on=TODAY, ends_on=TODAY)
    omar.is_active = False
    omar.save(update_fields=["is_active"])
    assert fresh(nadia).authority(now).has({Role.OFFICER}) is False


@pytest.mark.parametrize(
    "dates",
    [{"starts_on": TODAY, "ends_on": TODAY - timedelta(days=1)}, {"starts_on": date(2025, 1, 1), "ends_on": None}],
)
def test_a_membership_ends_after_it_starts_and_is_open_once(omar, water, dates):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=omar, agency=water, role=Role.OFFICER, **dates)


def test_nobody_is_their_own_deputy(omar):
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(user=omar, deputy=omar, starts_on=TODAY, ends_on=TODAY)


def test_a_name_is_shown_in_the_language_of_the_page(omar):
    with translation.override("ar"):
        assert str(omar) == "عمر الصمادي"
    with translation.override("en"):
        assert str(omar) == "Omar Smadi"


def test_a_staff_address_belongs_to_one_person(omar):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_staff(email="OMAR@miyahuna.example")
