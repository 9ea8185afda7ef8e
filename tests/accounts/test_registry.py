from datetime import date, timedelta

import pytest

from accounts import demo, recheck, registries
from accounts.models import Citizen, Identity, IdentityCheck, User
from accounts.registries import Claim, Outcome, Unavailable, embedded
from tests.cast import make_citizen

AMINA = Claim("national", "9902103456", "أمينة", "سامي", "عادل", "الخطيب", date(1990, 3, 27))


def asked(**changes):
    from dataclasses import replace

    finding = registries.ask(replace(AMINA, **changes))
    return finding.outcome, finding.fields


def test_a_listed_person_matches_in_all_three_parts():
    assert asked() == (Outcome.MATCHED, ("number", "name", "birth_date"))


def test_names_match_whatever_hamzas_and_marks_are_written():
    assert asked(first_name="امينه", family_name="الخَطيب") == (Outcome.MATCHED, ("number", "name", "birth_date"))


def test_what_does_not_match_is_not_among_the_fields():
    assert asked(birth_date=date(1990, 3, 28)) == (Outcome.MISMATCHED, ("number", "name"))
    assert asked(family_name="الحوراني") == (Outcome.MISMATCHED, ("number", "birth_date"))
    assert asked(number="9902103457") == (Outcome.MISMATCHED, ())


def test_a_passport_is_no_business_of_the_registry():
    assert asked(number_kind="passport") == (Outcome.NOT_COVERED, ())


def test_the_register_has_a_person_whose_birth_date_never_matches_and_one_it_cannot_answer_for():
    people = embedded.people()
    for number, outcome in (("9801307001", Outcome.MISMATCHED), ("9832408002", Outcome.UNAVAILABLE)):
        person = people["national", number]
        claim = Claim(
            "national",
            number,
            person.first_name,
            person.father_name,
            person.grandfather_name,
            person.family_name,
            person.birth_date,
        )
        assert registries.ask(claim).outcome == outcome


def test_national_numbers_of_the_register_follow_the_published_pattern():
    for (kind, number), person in embedded.people().items():
        if kind == "national":
            year = person.birth_date.year
            begins = f"9{year % 100:02}" if year < 2000 else str(year)
            assert (len(number), number.startswith(begins)) == (10, True)
            assert number[len(begins)] in "12"


class Broken:
    name = "broken"

    def check(self, claim):
        raise ValueError


class Down:
    name = "down"

    def check(self, claim):
        raise Unavailable


@pytest.mark.parametrize("registry", ["Broken", "Down"])
def test_whatever_fails_in_a_registry_is_unavailable(settings, registry, caplog):
    settings.REGISTRY = f"{__name__}.{registry}"
    assert asked() == (Outcome.UNAVAILABLE, ())
    assert "9902103456" not in caplog.text


def test_no_registry_at_all_is_unavailable(settings):
    settings.REGISTRY = ""
    assert asked() == (Outcome.UNAVAILABLE, ())


# ---- asking again ----


@pytest.fixture
def waiting(amina, now):
    amina.identity = Identity.PENDING
    amina.recheck_at = now
    amina.save(update_fields=["identity", "recheck_at"])
    return amina


def test_a_pending_person_is_proven_when_the_registry_answers(waiting, now):
    assert recheck.recheck_due(now) == 1
    waiting.refresh_from_db()
    assert (waiting.identity, waiting.identity_changed_at, waiting.recheck_at) == (Identity.MATCHED, now, None)
    assert IdentityCheck.objects.get().fields_matched == ["number", "name", "birth_date"]


def test_asking_again_is_harmless(waiting, now):
    assert [recheck.recheck_due(now), recheck.recheck_due(now)] == [1, 0]
    assert IdentityCheck.objects.count() == 1


def test_nobody_is_asked_about_before_the_time(waiting, now):
    assert recheck.recheck_due(now - timedelta(seconds=1)) == 0


def test_a_mismatch_found_later_is_kept_and_nobody_is_shut_out(waiting, now):
    waiting.birth_date = date(1990, 3, 28)
    waiting.save(update_fields=["birth_date"])
    assert recheck.recheck_due(now) == 1
    waiting.refresh_from_db()
    assert (waiting.identity, waiting.user.is_active) == (Identity.MISMATCHED, True)


def test_a_registry_that_stays_away_is_asked_ever_more_rarely(waiting, settings, now):
    settings.REGISTRY = f"{__name__}.Down"
    waits = []
    for _ in range(8):
        assert recheck.recheck_due(now) == 0
        waiting.refresh_from_db()
        waits.append((waiting.recheck_at - now).total_seconds() / 60)
        now = waiting.recheck_at
    assert waits == [10, 20, 40, 80, 160, 320, 360, 360]


def test_a_person_whose_number_another_has_proven_meanwhile_waits_for_the_cmu(waiting, now):
    owner = make_citizen("أمينة", "الخطيب", "9902103456", "+962790009999")
    assert recheck.recheck_due(now) == 1
    waiting.refresh_from_db()
    assert (waiting.identity, waiting.conflicts_with, waiting.recheck_at) == (Identity.PENDING, owner, None)


# ---- the people of the demonstration ----


@pytest.fixture
def country(water, gam, cmu, ncc, amman, irbid):
    """Everything the demonstration names."""


def test_the_people_of_the_demonstration_are_made_once(country, now):
    first = demo.make_demo_people(now)
    second = demo.make_demo_people(now)
    assert first == second
    assert sorted(first) == ["amina", "basma", "haitham", "huda", "karim", "lina", "nadia", "omar", "sami", "yusuf"]
    assert (Citizen.objects.count(), User.objects.filter(is_staff=True).count()) == (2, 8)


def test_everybody_of_the_demonstration_can_sign_in_as_the_list_says(country, now, client):
    demo.make_demo_people(now)
    for one in demo.DEMO_SIGN_INS:
        field = "email" if "staff" in one.door else "number"
        answer = client.post(one.door, {field: one.login, "password": one.password})
        assert answer.status_code == 302
        client.post("/ar/sign-out/")


def test_outside_the_demonstration_nobody_with_a_known_password_is_made(country, now, settings):
    settings.EMBEDDED = False
    with pytest.raises(demo.NotADemonstration):
        demo.make_demo_people(now)
    assert User.objects.count() == 0


def test_the_people_offered_for_trying_do_what_is_said_of_them(country, client):
    from tests.accounts.keyboard import url

    page = client.get(url("who", "en")).content.decode()
    for person, what in demo.registrable():
        assert person.number in page
        assert str(what) != ""


def test_outside_the_demonstration_nobody_is_offered(country, client, settings):
    from tests.accounts.keyboard import url

    settings.EMBEDDED = False
    assert "9782006138" not in client.get(url("who")).content.decode()
