"""Which agency is competent for a topic in a place."""

from datetime import date

import pytest

from agencies.models import Agency, Governorate, RoutingRule, Topic
from agencies.routing import owner_for

pytestmark = pytest.mark.django_db
ON = date(2026, 1, 4)


def test_without_a_rule_nobody_is_competent(leak, water, amman):
    assert owner_for(leak, amman, ON) is None
    assert owner_for(leak, None, ON) is None


def test_the_most_specific_rule_wins(leak, water, gam, cmu, ncc, amman, irbid):
    water_topic = leak.parent
    RoutingRule.objects.create(topic=water_topic, agency=cmu)
    assert owner_for(leak, amman, ON) == cmu
    RoutingRule.objects.create(topic=leak, agency=ncc)
    assert owner_for(leak, amman, ON) == ncc
    # A place says more than the topic: a rule for the group here goes before one for the topic anywhere.
    RoutingRule.objects.create(topic=water_topic, governorate=amman, agency=gam)
    assert owner_for(leak, amman, ON) == gam
    RoutingRule.objects.create(topic=leak, governorate=amman, agency=water)
    assert owner_for(leak, amman, ON) == water
    assert owner_for(leak, irbid, ON) == ncc
    assert owner_for(water_topic, irbid, ON) == cmu


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("", "gam"),
        ("الجبيهة", "gam"),
        ("الرصيفة", "miyahuna"),
        ("رصيفه", "miyahuna"),
        ("حي القادسية، الرصيفه، قرب المسجد", "miyahuna"),
        ("الرصيفات", "gam"),
    ],
)
def test_a_town_named_in_the_place_goes_before_its_governorate(leak, water, gam, amman, place, code):
    RoutingRule.objects.create(topic=leak, governorate=amman, agency=gam)
    RoutingRule.objects.create(topic=leak, governorate=amman, place_ar="الرصيفة", agency=water)
    owner = owner_for(leak, amman, ON, place=place)
    assert owner is not None
    assert owner.code == code


def test_a_rule_holds_from_its_first_to_its_last_day(leak, water, gam, amman):
    RoutingRule.objects.create(topic=leak, governorate=amman, agency=water, ends_on=date(2026, 1, 31))
    RoutingRule.objects.create(topic=leak, governorate=amman, agency=gam, starts_on=date(2026, 2, 2))
    assert owner_for(leak, amman, date(2026, 1, 31)) == water
    assert owner_for(leak, amman, date(2026, 2, 1)) is None
    assert owner_for(leak, amman, date(2026, 2, 2)) == gam


def test_an_agency_that_no_longer_exists_is_passed_over(leak, water, gam, amman):
    RoutingRule.objects.create(topic=leak, agency=gam)
    RoutingRule.objects.create(topic=leak, governorate=amman, agency=water)
    Agency.objects.filter(pk=water.pk).update(ends_on=date(2025, 12, 31))
    assert owner_for(leak, amman, ON) == gam


def test_finding_the_owner_takes_one_query(leak, water, gam, amman, django_assert_num_queries):
    RoutingRule.objects.create(topic=leak, agency=gam)
    with django_assert_num_queries(1):
        assert owner_for(leak, amman, ON) == gam
    RoutingRule.objects.create(topic=leak, governorate=amman, agency=water)
    RoutingRule.objects.create(topic=leak, governorate=amman, place_ar="سحاب", agency=gam)
    with django_assert_num_queries(1):
        assert owner_for(leak, amman, ON) == water


SHIPPED = [
    ("water-leak", "JO-AM", "حي نزال", "miyahuna"),
    ("water-outage", "JO-IR", "", "ywc"),
    ("water-sewage", "JO-AQ", "", "awc"),
    ("water-bill", "JO-KA", "", "waj"),
    ("roads-holes", "JO-AM", "الجبيهة", "gam"),
    ("roads-holes", "JO-AM", "سحاب", "sahab"),
    ("muni-waste", "JO-AZ", "الرصيفه", "rusaifa"),
    ("muni-waste", "JO-AZ", "الزرقاء الجديدة", "zarqa"),
    ("muni-pests", "JO-MN", "وادى موسى", "pdtra"),
    ("roads-light", "JO-AQ", "", "aseza"),
    ("civil-passport", "JO-AM", "", None),
    ("water-leak", None, "", None),
]


def test_the_shipped_rules_name_the_agency(loaded):
    found = []
    for code, governorate, place, _ in SHIPPED:
        where = Governorate.objects.filter(code=governorate).first()
        owner = owner_for(Topic.objects.get(code=code), where, ON, place=place)
        found.append((code, governorate, place, owner.code if owner else None))
    assert found == SHIPPED
