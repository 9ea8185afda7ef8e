"""Somebody whose details do not match the register goes on all the same, is helped by the unit, and files."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import expect

from tests.journeys.acts import (
    Newcomer,
    be_signed_in,
    choose_password,
    read_code,
    reference_on,
    say_where,
    say_who,
    tell_all,
)
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site

LINA = "lina@cmu.example"
# The embedded register never matches his date of birth.
HISHAM = Newcomer(
    number="9801307001",
    names=("هشام", "سعيد", "فرح", "المومني"),
    born=date(1980, 8, 15),
    phone="0796667788",
    governorate="إربد",
    city="إربد",
    address="شارع الجامعة، بناية 11",
)
DARK = Matter(
    topic="إنارة الشوارع",
    subject="شارع الجامعة بلا إنارة",
    details="أعمدة الإنارة أمام البناية 11 مطفأة منذ أسبوعين، والشارع خطر على المشاة.",
    governorate="إربد",
    area="الجامعة",
    place="أمام البناية 11",
)


def test_a_mismatched_person_is_helped_by_the_unit_and_files(site: Site, meet: Meet) -> None:
    person = meet("ar", size=PHONE)
    _registers_all_the_same(person)
    person.open("account/")
    person.sees("Not confirmed")

    unit = meet("ar")
    be_signed_in(unit, LINA)
    unit.open("staff/identities/")
    unit.look("identities")
    unit.page.get_by_role("link", name=re.compile(HISHAM.names[0])).click()
    expect(unit.card("What the person wrote, and what the register said")).to_contain_text(HISHAM.number)
    unit.look("identity")
    unit.follow("Confirm with proof")
    unit.write("What did you see?", "بطاقة الأحوال المدنية الأصلية، على الشباك لدينا.")
    unit.look("identity-confirm")
    unit.press("Confirm the identity")
    unit.sees("The identity is confirmed, and the person is told.")
    site.wait_for(to=HISHAM.international, template="identity_confirmed")

    person.open("account/")
    person.sees("Confirmed")
    person.open("")
    person.follow("Complaint", within=person.main)
    tell_all(person, DARK)
    person.choose("Nothing fits: send it to the %(unit)s")
    person.press("Continue")
    person.choose("SMS")
    person.press("Send the complaint")
    reference_on(person)


def _registers_all_the_same(person: Person) -> None:
    person.open("register/who/")
    say_who(person, HISHAM)
    person.press("Continue")
    say_where(person, HISHAM)
    person.press("Continue")
    choose_password(person, HISHAM.password)
    person.tick("I have read and accept the usage policy")
    person.press("Create account and send code")
    person.write("Security code", read_code(person, HISHAM.international))
    person.press("Confirm")
    person.look("register-mismatch")
    person.press("My details are right, continue")
    person.is_at("How can we help you today?")
