"""Agencies, topics and rules: what the database refuses, and how people find an agency by what they type."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils import translation

from agencies.models import Agency, Governorate, RoutingRule, Topic

pytestmark = pytest.mark.django_db

# What a person typed, and the agency that must be among those shown. Written as people write: without hamza, ه for ة,
# ى for ي, with and without the article, with a wrong letter, in English, with Arabic-Indic digits.
TYPED = [
    ("مياة", "miyahuna"),
    ("مياة", "mwi"),
    ("مياهنا", "miyahuna"),
    ("شركة المياه", "miyahuna"),
    ("مياه اليرموك", "ywc"),
    ("صرف صحى", "miyahuna"),
    ("١١٧١١٦", "waj"),
    ("جواز", "cspd"),
    ("جوازات السفر", "cspd"),
    ("الاحوال المدنيه", "cspd"),
    ("شهاده ميلاد", "cspd"),
    ("امانه عمان", "gam"),
    ("أمانة عمّان", "gam"),
    ("الامانة", "gam"),
    ("بلديه اربد", "irbid"),
    ("بلدية مأدبا", "madaba"),
    ("الضمان", "ssc"),
    ("ضمان اجتماعى", "ssc"),
    ("ضريبه", "istd"),
    ("ترخيص", "dvld"),
    ("رخصه سواقه", "dvld"),
    ("مخالفات السير", "traffic"),
    ("شرطه", "psd"),
    ("اسعاف", "civdef"),
    ("مستشفي البشير", "bashir"),
    ("مستشفى الامير حمزه", "phh"),
    ("التامين الصحي", "moh"),
    ("مدرسه", "moe"),
    ("وزارة التربيه", "moe"),
    ("فاتوره الكهرباء", "emrc"),
    ("شركة الكهرباء", "emrc"),
    ("انترنت", "trc"),
    ("زين", "trc"),
    ("معونه", "naf"),
    ("الاراضي", "dls"),
    ("مكافحه الفساد", "jiacc"),
    ("باصات", "ltrc"),
    ("الجامعه الاردنيه", "ju"),
    ("water company", "miyahuna"),
    ("miyahona", "miyahuna"),
    ("passport", "cspd"),
    ("Social Security", "ssc"),
    ("amman municipality", "gam"),
    ("GAM", "gam"),
    ("police", "psd"),
]


MEANT = [
    ("مياهنا", "miyahuna"),
    ("جواز", "cspd"),
    ("امانه عمان", "gam"),
    ("الضمان الاجتماعي", "ssc"),
    ("البشير", "bashir"),
    ("وزارة الصحة", "moh"),
    ("الدفاع المدني", "civdef"),
    ("ديوان المحاسبة", "auditb"),
    ("Jordan Post", "jpost"),
]


def test_an_agency_is_found_by_what_people_type(loaded):
    lost = [(typed, code) for typed, code in TYPED if code not in codes(typed)[:6]]
    assert lost == []


def test_the_agency_that_is_meant_comes_first(loaded):
    assert [(typed, codes(typed)[0]) for typed, _ in MEANT] == MEANT


def test_what_names_no_agency_finds_none(loaded):
    assert [codes(typed) for typed in ("", "   ", "؟؟", "xyzzy", "qwerty", "ببببب")] == [[]] * 6


def codes(typed: str) -> list[str]:
    return [agency.code for agency in Agency.objects.matching(typed)]


def test_every_word_must_fit(loaded):
    assert codes("مستشفى البشير") == ["bashir"]


def test_every_agency_is_found_by_each_of_its_names(loaded):
    lost = [
        (agency.code, name)
        for agency in Agency.objects.all()
        for name in (agency.name_ar, agency.short_name_ar, agency.name_en, agency.short_name_en)
        if not Agency.objects.matching(name).filter(pk=agency.pk).exists()
    ]
    assert lost == []


def test_the_folded_text_follows_a_change(water):
    water.aliases_ar = "ماءُ الأُردنّ"
    water.save(update_fields=["aliases_ar"])
    water.refresh_from_db()
    assert "ماء اردن" in water.folded
    assert list(Agency.objects.matching("الاردن ماء")) == [water]


def test_names_are_in_the_language_of_the_reader(water):
    with translation.override("ar"):
        assert (str(water), water.short_name) == ("شركة مياه الأردن", "مياهنا")
    with translation.override("en"):
        assert (str(water), water.short_name) == ("Jordan Water Company", "Miyahuna")


def test_an_agency_exists_from_its_first_to_its_last_day(water, gam, cmu):
    water.starts_on, water.ends_on = date(2026, 1, 1), date(2026, 1, 31)
    water.save(update_fields=["starts_on", "ends_on"])
    on = {day: set(Agency.objects.complainable(on=date.fromisoformat(day))) for day in ("2025-12-31", "2026-01-01")}
    assert on == {"2025-12-31": {gam}, "2026-01-01": {gam, water}}
    assert set(Agency.objects.complainable(on=date(2026, 1, 31))) == {gam, water}
    assert set(Agency.objects.complainable(on=date(2026, 2, 1))) == {gam}
    assert set(Agency.objects.existing(on=date(2026, 2, 1))) == {gam, cmu}


def test_the_database_refuses_a_short_name_that_breaks_the_message(water):
    assert len("شركة مياه الأردن ال") == 19
    with pytest.raises(DataError, match=r"too long for type character varying\(18\)"), transaction.atomic():
        Agency.objects.filter(pk=water.pk).update(short_name_ar="شركة مياه الأردن ال")


def test_two_living_agencies_cannot_share_a_short_name_but_a_successor_can(water, gam):
    gam.short_name_ar = water.short_name_ar
    with pytest.raises(IntegrityError, match="living_agencies_differ_in_short_name"), transaction.atomic():
        gam.save(update_fields=["short_name_ar"])
    water.ends_on = date(2026, 1, 31)
    water.save(update_fields=["ends_on"])
    gam.save(update_fields=["short_name_ar"])
    assert Agency.objects.filter(short_name_ar="مياهنا").count() == 2


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"ends_on": date(2026, 1, 1), "starts_on": date(2026, 1, 2)}, "agencies_agency_ends_after_it_starts"),
        ({"code": "gam"}, "code"),
    ],
)
def test_the_database_refuses_an_impossible_agency(water, gam, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Agency.objects.filter(pk=water.pk).update(**change)


def test_nothing_is_its_own_parent(water, leak):
    with pytest.raises(IntegrityError, match="agency_is_not_its_own_parent"), transaction.atomic():
        Agency.objects.filter(pk=water.pk).update(parent=water)
    with pytest.raises(IntegrityError, match="topic_is_not_its_own_group"), transaction.atomic():
        Topic.objects.filter(pk=leak.pk).update(parent=leak)


# ---- topics ----


def make_topic(code: str, parent: Topic | None = None, **fields) -> Topic:
    defaults = {"name_ar": code, "name_en": code, "kinds": ["complaint"], "limit_days": 5}
    return Topic.objects.create(code=code, parent=parent, **(defaults | fields))


def offered(**choice) -> dict[str, list[str]]:
    return {group.code: [t.code for t in group.children.all()] for group in Topic.objects.offered(**choice)}


def test_topics_are_offered_by_kind_and_agency_in_their_order(water, gam, django_assert_num_queries):
    roads = make_topic("roads", position=10)
    supply = make_topic("supply", position=20)
    make_topic("holes", roads, position=12, agency_kinds=["municipality"], sectors=["municipal"])
    make_topic("danger", roads, position=11)
    make_topic("leak", supply, agency_kinds=["company"], sectors=["water"])
    make_topic("idea", supply, kinds=["suggestion"])
    make_topic("old", supply, is_active=False)
    with django_assert_num_queries(2):
        assert offered(kind="complaint", agency=water) == {"roads": ["danger"], "supply": ["leak"]}
    assert offered(kind="complaint", agency=gam) == {"roads": ["danger", "holes"]}
    assert offered(kind="complaint") == {"roads": ["danger", "holes"], "supply": ["leak"]}
    assert offered(kind="suggestion") == {"supply": ["idea"]}
    assert offered(kind="praise") == {}


def test_a_topic_withheld_from_the_agency_hides_the_identity(leak):
    with pytest.raises(IntegrityError, match="topic_withheld_hides_the_identity"), transaction.atomic():
        Topic.objects.filter(pk=leak.pk).update(withheld_from_agency=True, hides_identity=False)


def test_a_limit_is_a_day_or_more(leak):
    with pytest.raises(IntegrityError, match="topic_limit_is_a_day_or_more"), transaction.atomic():
        Topic.objects.filter(pk=leak.pk).update(limit_days=0)


def test_a_third_level_of_topics_is_refused(leak):
    with pytest.raises(ValidationError) as refused:
        Topic(code="x", parent=leak, name_ar="x", name_en="x", kinds=["complaint"], limit_days=1).full_clean()
    assert set(refused.value.message_dict) == {"parent"}


# ---- rules ----


def test_two_rules_for_one_topic_and_place_may_follow_each_other_but_not_overlap(amman, leak, water, gam):
    RoutingRule.objects.create(topic=leak, governorate=amman, agency=water, ends_on=date(2026, 1, 31))
    RoutingRule.objects.create(topic=leak, governorate=amman, agency=gam, starts_on=date(2026, 2, 1))
    with pytest.raises(IntegrityError, match="routing_rules_do_not_overlap"), transaction.atomic():
        RoutingRule.objects.create(
            topic=leak, governorate=amman, agency=water, starts_on=date(2026, 1, 31), ends_on=date(2026, 1, 31)
        )


def test_one_place_in_two_spellings_is_one_place(amman, leak, water, gam):
    RoutingRule.objects.create(topic=leak, governorate=amman, place_ar="الرصيفة", agency=water)
    with pytest.raises(IntegrityError, match="routing_rules_do_not_overlap"), transaction.atomic():
        RoutingRule.objects.create(topic=leak, governorate=amman, place_ar="الرصيفه", agency=gam)


def test_a_rule_for_the_country_and_one_for_a_governorate_stand_beside_each_other(amman, leak, water, gam):
    RoutingRule.objects.create(topic=leak, agency=water)
    RoutingRule.objects.create(topic=leak, governorate=amman, agency=gam)
    with pytest.raises(IntegrityError, match="routing_rules_do_not_overlap"), transaction.atomic():
        RoutingRule.objects.create(topic=leak, agency=gam)


def test_a_rule_for_a_town_names_its_governorate(leak, water):
    with pytest.raises(IntegrityError, match="routing_place_needs_a_governorate"), transaction.atomic():
        RoutingRule.objects.create(topic=leak, place_ar="سحاب", agency=water)


def test_the_form_says_that_a_rule_overlaps_and_survives_dates_in_the_wrong_order(amman, leak, water):
    RoutingRule.objects.create(topic=leak, governorate=amman, agency=water)
    with pytest.raises(ValidationError) as refused:
        RoutingRule(topic=leak, governorate=amman, agency=water).full_clean()
    assert len(refused.value.messages) == 1
    backwards = RoutingRule(
        topic=leak, governorate=amman, agency=water, starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1)
    )
    with pytest.raises(ValidationError) as refused:
        backwards.full_clean()
    assert set(refused.value.message_dict) == {"ends_on"}


def test_a_governorate_is_named_once(amman):
    with pytest.raises(IntegrityError), transaction.atomic():
        Governorate.objects.create(code="JO-AM", name_ar="عمان", name_en="Amman", sort_order=2)
