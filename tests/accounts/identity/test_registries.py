from datetime import date

import pytest

from accounts.identity import registries
from accounts.identity.registries import IdentityClaim, RegistryOutcome, Unavailable, embedded
from tests.cast import NOW

AMINA = IdentityClaim("national", "9902103456", "أمينة", "سامي", "عادل", "الخطيب", date(1990, 3, 27))


def asked(**changes):
    from dataclasses import replace

    finding = registries.ask(replace(AMINA, **changes), at=NOW)
    return finding.outcome, finding.fields


def test_a_listed_person_matches_in_all_three_parts():
    assert asked() == (RegistryOutcome.MATCHED, ("number", "name", "birth_date"))


def test_names_match_whatever_hamzas_and_marks_are_written():
    assert asked(first_name="امينه", family_name="الخَطيب") == (
        RegistryOutcome.MATCHED,
        ("number", "name", "birth_date"),
    )


def test_what_does_not_match_is_not_among_the_fields():
    assert asked(birth_date=date(1990, 3, 28)) == (RegistryOutcome.MISMATCHED, ("number", "name"))
    assert asked(family_name="الحوراني") == (RegistryOutcome.MISMATCHED, ("number", "birth_date"))
    assert asked(number="9902103457") == (RegistryOutcome.MISMATCHED, ())


def test_a_passport_is_no_business_of_the_registry():
    assert asked(number_kind="passport") == (RegistryOutcome.NOT_COVERED, ())


def test_the_register_has_a_person_whose_birth_date_never_matches_and_one_it_cannot_answer_for():
    people = embedded.registered_people()
    for number, outcome in (("9801307001", RegistryOutcome.MISMATCHED), ("9832408002", RegistryOutcome.UNAVAILABLE)):
        person = people["national", number]
        claim = IdentityClaim(
            "national",
            number,
            person.first_name,
            person.father_name,
            person.grandfather_name,
            person.family_name,
            person.birth_date,
        )
        assert registries.ask(claim, at=NOW).outcome == outcome


def test_national_numbers_of_the_register_follow_the_published_pattern():
    for (kind, number), person in embedded.registered_people().items():
        if kind == "national":
            year = person.birth_date.year
            begins = f"9{year % 100:02}" if year < 2000 else str(year)
            assert (len(number), number.startswith(begins)) == (10, True)
            assert number[len(begins)] in "12"


class Broken:
    name = "broken"
    is_remote = False

    def check(self, claim):
        raise ValueError


class Down:
    name = "down"
    is_remote = False

    def check(self, claim):
        raise Unavailable


@pytest.mark.parametrize("registry", ["Broken", "Down"])
def test_whatever_fails_in_a_registry_is_unavailable(settings, registry, caplog):
    settings.REGISTRY = f"{__name__}.{registry}"
    assert asked() == (RegistryOutcome.UNAVAILABLE, ())
    assert "9902103456" not in caplog.text


def test_no_registry_at_all_is_unavailable(settings):
    settings.REGISTRY = ""
    assert asked() == (RegistryOutcome.UNAVAILABLE, ())
