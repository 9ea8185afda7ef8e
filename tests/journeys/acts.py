"""What people do over and over on their way: register, sign in, file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.utils import timezone
from PIL import Image
from playwright.sync_api import FilePayload, Locator, expect

from accounts.demo import PASSWORD
from accounts.sign_in import factors
from tests.journeys.person import Person
from tests.journeys.site import Matter

#: What a window shows before its first page.
NO_PAGE = "about:blank"


@dataclass(frozen=True)
class Newcomer:
    """Somebody the embedded register knows and the seed does not."""

    number: str
    names: tuple[str, str, str, str]
    born: date
    phone: str
    governorate: str
    city: str
    address: str
    password: str = "three-unrelated-words-7"

    @property
    def international(self) -> str:
        """The mobile number as carriers write it."""
        return f"+962{self.phone.removeprefix('0')}"


# ---- signing in ----


def say_who(person: Person, newcomer: Newcomer) -> None:
    """Fill in the first step of the registration."""
    person.write("National number", newcomer.number)
    for label, name in zip(("First", "Father", "Grandfather", "Family"), newcomer.names, strict=True):
        person.write(label, name)
    write_day(person, newcomer.born)


def write_day(person: Person, day: date) -> None:
    """Write a date into its three boxes."""
    for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        person.write(label, str(part))


def say_where(person: Person, newcomer: Newcomer) -> None:
    """Fill in the second step of the registration."""
    person.write("Mobile number", newcomer.phone)
    person.pick("Governorate", newcomer.governorate)
    person.write("City or town", newcomer.city)
    person.write("Detailed address", newcomer.address)


def choose_password(person: Person, password: str) -> None:
    """Type a new password twice."""
    person.write("Password", password)
    person.write("Password again", password)


def choose_new_password(person: Person, password: str) -> None:
    """Type the password that replaces another one twice."""
    person.write("New password", password)
    person.write("New password again", password)


def read_code(person: Person, phone: str, *, seen: int = 0) -> str:
    """Return the code of the newest message to ``phone`` once there are more than ``seen`` of them."""
    return person.site.wait_for(to=phone, template="code", seen=seen)["body"][:5]


def register(person: Person, newcomer: Newcomer) -> None:
    """Register and be let in."""
    person.open("register/who/")
    give_details(person, newcomer)
    person.is_at("How can we help you today?")


def give_details(person: Person, newcomer: Newcomer) -> None:
    """Fill in the three steps of the registration, whose first one is open, and the code."""
    say_who(person, newcomer)
    person.press("Continue")
    say_where(person, newcomer)
    person.press("Continue")
    choose_password(person, newcomer.password)
    person.tick("I have read and accept the usage policy")
    person.press("Create account and send code")
    person.write("Security code", read_code(person, newcomer.international))
    person.press("Confirm")


def sign_in(person: Person, number: str, password: str = PASSWORD) -> None:
    """Sign in on the citizens' sign-in page, which is open already."""
    person.write("National, personal or passport number", number)
    person.write("Password", password)
    person.press("Sign in")


def be_signed_in(person: Person, login: str) -> None:
    """Have a session, as a member of staff by address or as a citizen by number, without the pages that lead to one.

    Four pages and a slow hash less: for journeys whose subject is not how a person signs in. Colleagues whose turns
    follow one another share a window, and its browser: the page of the one before is left first.
    """
    if person.page.url != NO_PAGE:
        person.page.goto(NO_PAGE)
    name, value = person.site.session(login)
    person.page.context.add_cookies([{"name": name, "value": value, "url": person.site.url}])


def enter(person: Person, number: str) -> None:
    """Be signed in as a citizen, on the home page."""
    be_signed_in(person, number)
    person.open("")
    person.is_at("How can we help you today?")


def come_to_work(person: Person, email: str) -> None:
    """Be signed in as a member of staff, on the page their work begins with."""
    be_signed_in(person, email)
    person.open("staff/")


def enter_by_password(person: Person, number: str, password: str = PASSWORD) -> None:
    """Open the citizens' sign-in page and sign in."""
    person.open("sign-in/")
    sign_in(person, number, password)
    person.is_at("How can we help you today?")


def come_by_both_factors(person: Person, email: str, password: str = PASSWORD) -> None:
    """Open the staff sign-in page and sign in with password and authenticator app."""
    give_password(person, email, password)
    person.is_at("Second step of signing in")
    person.write("Code", person.site.app_code(email))
    person.press("Confirm")


def give_password(person: Person, email: str, password: str = PASSWORD) -> None:
    """Open the staff sign-in page and enter the password, which is half of a sign-in."""
    person.open("staff/sign-in/")
    sign_in_to_work(person, email, password)


def enrol_app(person: Person) -> None:
    """Set up an authenticator app at the first sign-in, and keep the recovery codes."""
    person.is_at("Set up the second step of signing in")
    secret = person.main.locator("code").first.inner_text().replace(" ", "")
    person.write("Code from the app", factors.code(secret, step=factors.step_at(timezone.now())))
    person.press("Confirm")
    person.tick("I have printed these codes or written them down")
    person.press("Continue")


def sign_in_to_work(person: Person, email: str, password: str = PASSWORD) -> None:
    """Sign in on the staff sign-in page, which is open already."""
    person.write("E-mail", email)
    person.write("Password", password)
    person.press("Sign in")


def open_case(officer: Person, reference: str) -> None:
    """Open a case from the queue the officer stands before."""
    row = officer.page.get_by_role("row").filter(has_text=grouped(reference))
    officer.ready(row.get_by_role("rowheader").get_by_role("link")).click()


def grouped(reference: str) -> str:
    """Return a tracking number as pages show it."""
    return f"{reference[:2]} {reference[2:6]} {reference[6:]}"


# ---- filing ----


def choose_topic(person: Person, topic: str) -> None:
    """Choose a topic, opening its group first where it is closed."""
    # A group that is not there yet would be left closed.
    radio = person.ready(person.page.get_by_role("radio", name=topic, exact=True, include_hidden=True))
    group = person.page.locator("details.choice-group").filter(has=radio)
    if group.count() and group.get_attribute("open") is None:
        group.locator("summary").click()
    radio.check()


def tell(person: Person, matter: Matter) -> None:
    """Say in the one box what happened, the subject as its first line, and where; after that, go on."""
    person.ready(person.page.locator("#id_details")).fill(f"{matter.subject}\n{matter.details}")
    person.pick("Governorate", matter.governorate)
    person.write("Area or district", matter.area)
    person.write("Describe the place", matter.place)


def tell_all(person: Person, matter: Matter) -> None:
    """Say what happened and where, and go on to the agency."""
    tell(person, matter)
    person.press("Continue")
    person.is_at("Who is it for?")


def look_for(person: Person) -> None:
    """Open the search for an agency or a topic, where it is closed."""
    search = person.ready(person.page.locator("#search"))
    if search.get_attribute("open") is None:
        search.locator("summary").first.click()


def leave_to_the_unit(person: Person, topic: str) -> None:
    """Say that the agency is not known, then name the topic."""
    look_for(person)
    person.tick("I do not know. The %(unit)s decides")
    person.press("Use this choice")
    person.is_at("Check, then send")
    person.page.get_by_role("link", name=re.compile(person.said("Change"))).first.click()
    look_for(person)
    choose_topic(person, topic)
    person.press("Use this choice")
    answer_nothing_more(person)


def answer_nothing_more(person: Person) -> None:
    """Leave unanswered what the topic asks, if it asks anything, and go on to the last page."""
    expect(person.page).to_have_url(re.compile(r"/(what|check)/"))
    if "/what/" in person.page.url:
        person.press("Continue")
    person.is_at("Check, then send")


def photo(name: str) -> FilePayload:
    """Return a real photograph, as a phone would send it."""
    content = BytesIO()
    Image.linear_gradient("L").resize((640, 480)).convert("RGB").save(content, "JPEG", quality=70)
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


def reference_on(person: Person) -> str:
    """Return the tracking number on the receipt the person stands on."""
    expect(person.page).to_have_url(re.compile(r"/cases/[0-9]{10}/receipt/"))
    shown = person.page.locator(".receipt .ref").inner_text()
    assert re.fullmatch(r"[0-9]{2} [0-9]{4} [0-9]{4}", shown)
    return shown.replace(" ", "")


def error_of(box: Locator) -> Locator:
    """Return the errors beside ``box``, which is marked as wrong and points to them."""
    expect(box).to_have_attribute("aria-invalid", "true")
    name = box.get_attribute("id")
    assert f"{name}-error" in (box.get_attribute("aria-describedby") or "").split()
    return box.page.locator(f"#{name}-error")
