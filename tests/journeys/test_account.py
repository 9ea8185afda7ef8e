"""A person changes the mobile number and gets a forgotten password back, by pages and messages alone."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import Newcomer, be_signed_in, choose_new_password, read_code, sign_in, write_day
from tests.journeys.conftest import DESK, PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Site

NEW_PASSWORD = "another-three-words-9"
MOHAMMAD = Newcomer(
    number="9931118025",
    names=("محمد", "أحمد", "سليم", "الزعبي"),
    born=date(1993, 1, 30),
    phone="0772223344",
    governorate="إربد",
    city="الرمثا",
    address="الحي الشرقي، شارع 9",
)
HIBA = Newcomer(
    number="9952217740",
    names=("هبة", "فواز", "حسن", "بني هاني"),
    born=date(1995, 9, 8),
    phone="0785556677",
    governorate="Irbid",
    city="Irbid",
    address="University Street, building 3",
)

#: An account as registering leaves it.
_REGISTERED = """
from datetime import date
from accounts.sign_in.passwords import hash_for_number
from tests.cast import make_citizen
who = said["who"]
first, father, grandfather, family = who["names"]
citizen = make_citizen(
    first, family, who["number"], who["phone"],
    father_name=father, grandfather_name=grandfather, birth_date=date.fromisoformat(who["born"]),
)
citizen.user.password = hash_for_number(who["password"], who["number"])
citizen.user.save(update_fields=["password"])
"""


@pytest.mark.parametrize(
    ("language", "size", "who", "new_phone"),
    [("ar", PHONE, MOHAMMAD, "0775334455"), ("en", DESK, HIBA, "0786667788")],
    ids=["arabic-phone", "english-desktop"],
)
def test_a_person_changes_the_number_and_gets_a_forgotten_password_back(
    language: str, size: dict[str, int], who: Newcomer, new_phone: str, site: Site, meet: Meet
) -> None:
    person = meet(language, size=size)
    site.run(_REGISTERED, who=asdict(who) | {"phone": who.international, "born": who.born.isoformat()})
    be_signed_in(person, who.number)
    new_number = f"+962{new_phone[1:]}"
    _changes_the_number(person, who, new_phone, new_number)
    site.wait_for(to=who.international, template="phone_changed")
    site.wait_for(to=new_number, template="phone_added")

    person.press("Sign out", within=person.page.get_by_role("banner"))
    _gets_the_password_back(person, who, new_phone, new_number)
    site.wait_for(to=new_number, template="password_changed")

    sign_in(person, who.number, who.password)
    person.sees("The number or the password is not right")
    person.look("sign-in-refused")
    sign_in(person, who.number, NEW_PASSWORD)
    person.is_at("How can we help you today?")


def _changes_the_number(person: Person, who: Newcomer, new_phone: str, new_number: str) -> None:
    person.open("account/")
    person.is_at("My account")
    person.look("account")
    change = f"{person.said('Change')} {person.said('Mobile number')}"
    person.page.get_by_role("link", name=change, exact=True).click()
    person.write("New mobile number", new_phone)
    person.write("Your password", who.password)
    person.look("account-phone")
    person.press("Send the code")
    person.write("Security code", read_code(person, new_number))
    person.look("account-phone-code")
    person.press("Confirm")
    person.sees("Your mobile number has been changed")
    expect(person.card("Contact details")).to_contain_text(f"{new_phone[:3]} ••• ••{new_phone[-2:]}")


def _gets_the_password_back(person: Person, who: Newcomer, new_phone: str, new_number: str) -> None:
    person.open("sign-in/")
    person.follow("I forgot my password")
    person.write("National, personal or passport number", who.number)
    person.write("Mobile number", new_phone)
    person.look("forgot")
    person.press("Send the code")
    person.write("Security code", read_code(person, new_number, seen=1))
    person.look("forgot-code")
    person.press("Confirm")
    person.is_at("New password")
    write_day(person, who.born)
    choose_new_password(person, NEW_PASSWORD)
    person.look("forgot-password")
    person.press("Change the password")
    person.sees("Your password has been changed. Sign in with the new one")
