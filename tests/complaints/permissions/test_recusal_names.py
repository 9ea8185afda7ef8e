"""Which typed name names whom of the desk."""

from datetime import datetime

import pytest

from accounts.models import User
from agencies.models import Agency
from complaints.permissions.readers import is_named, name_words, named_at


def test_the_people_of_the_agency_are_found_and_nobody_without_one(omar: User, water: Agency, now: datetime) -> None:
    assert [named_at(agency, "السيد عمر الصمادي", at=now) for agency in (water, None)] == [[omar], []]


@pytest.mark.parametrize(
    ("typed", "name_ar"),
    [
        ("عمر الصمادي", "عمر الصمادي"),
        ("عمر صمادي", "عمر الصمادي"),
        ("عمر الصمادى", "عمر الصمادي"),
        ("عُمَر الصّمادي", "عمر الصمادي"),
        ("عمــر الصمادي", "عمر الصمادي"),
        ("الصمادي، عمر", "عمر الصمادي"),
        ("عمر  الصمادي ", "عمر سعيد أحمد الصمادي"),
        ("عمر احمد الصمادي", "عمر سعيد أحمد الصمادي"),
        ("السيد عمر الصمادي", "عمر الصمادي"),
        ("الموظف المهندس عمر الصمادي", "عمر الصمادي"),
        ("عمر بن سعيد الصمادي", "عمر سعيد الصمادي"),
        ("عبد الرحمن الزعبي", "عبدالرحمن الزعبي"),
        ("عبدالرحمن الزعبي", "عبد الرحمن الزعبي"),
        ("عبد-الله الزعبي", "عبدالله الزعبي"),
        ("أبو زيد خالد", "خالد أبوزيد"),
        ("فاطمه الهنداوي", "فاطمة الهنداوي"),
        ("إسراء مؤمن", "اسراء مومن"),
        ("السيد خالد عمر", "السيد خالد عمر"),
        ("Omar Smadi", ""),
        ("omar  SMADI", ""),
        ("Mr. Omar Al-Smadi", ""),
        ("Smadi-Omar", ""),
    ],
)
def test_a_name_is_found_however_it_is_written(typed: str, name_ar: str) -> None:
    assert is_named(typed, User(name_ar=name_ar, name_en="Omar Smadi" if not name_ar else ""))


@pytest.mark.parametrize(
    ("typed", "name_ar"),
    [
        ("", "عمر الصمادي"),
        ("عمر", "عمر الصمادي"),
        ("عمر عمر", "عمر الصمادي"),
        ("السيد عمر", "عمر الصمادي"),
        ("عمر الحوراني", "عمر الصمادي"),
        ("عمر الصمادي الحوراني", "عمر الصمادي"),
        ("عمر الصماد", "عمر الصمادي"),
        ("موظف الشباك", "عمر الصمادي"),
        ("Omar الصمادي", "عمر الصمادي"),
        ("عمر الصمادي", ""),
        ("- -", "عمر الصمادي"),
    ],
)
def test_what_does_not_say_the_name_names_nobody(typed: str, name_ar: str) -> None:
    assert not is_named(typed, User(name_ar=name_ar, name_en="Omar Smadi"))


def test_a_compound_is_one_word() -> None:
    assert name_words("عبد الله أبو زيد") == name_words("عبدالله ابوزيد") == {"عبدالله", "ابوزيد"}


def test_titles_and_particles_may_stand_beside_a_name() -> None:
    arabic = "السيد السيدة الآنسة المهندس المهندسة الدكتور الدكتورة الأستاذ الأستاذة الموظف الموظفة بن ابن بنت"
    english = "Mr Mrs Ms Miss Dr Eng al el bin ibn"
    omar = User(name_ar="عمر الصمادي", name_en="Omar Smadi")
    typed = [f"عمر {word} الصمادي" for word in arabic.split()] + [f"Omar {word} Smadi" for word in english.split()]
    assert [name for name in typed if not is_named(name, omar)] == []
