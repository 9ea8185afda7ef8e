"""Calls taken down by keyboard alone: a caller who registers later finds the case, and each takes few keys."""

from __future__ import annotations

import csv
import re
import secrets
from dataclasses import dataclass, replace
from datetime import date

from playwright.sync_api import expect

from config.devstack.state import ROOT
from tests.journeys.acts import Newcomer, be_signed_in, grouped, register
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Site

SAMI = "sami@ncc.example"
#: Keys beside what is typed, for a case of a caller who is known: the goal of the agent's screen.
MOST_KEYS = 25
#: Rows of the sample that came by telephone: waste without containers, a water cut, an unpaved street.
ROWS = ("S032", "S002", "S018")
TARIQ = Newcomer(
    number="9741205583",
    names=("طارق", "جميل", "داود", "حداد"),
    born=date(1974, 7, 19),
    phone="0795120558",
    governorate="المفرق",
    city="المفرق",
    address="الحي الجنوبي، قرب السوق",
)

_CALLER = """
from tests.cast import make_citizen
make_citizen("سناء", "القاسم", said["number"], said["phone"])
"""


@dataclass
class Keys:
    """A keyboard without a mouse beside it: the keys pressed are counted, and not what is typed."""

    agent: Person
    pressed: int = 0

    def write(self, text: str) -> None:
        """Type ``text`` where the focus is."""
        self.agent.page.keyboard.insert_text(text)

    def press(self, key: str, times: int = 1) -> None:
        """Press ``key`` so many times."""
        for _ in range(times):
            self.agent.page.keyboard.press(key)
        self.pressed += times

    def go_on(self, key: str = "F9") -> None:
        """Press a key that leads to another page."""
        with self.agent.page.expect_navigation():
            self.press(key)
        self.agent.page.wait_for_load_state()


def samples() -> dict[str, dict[str, str]]:
    """Return the sample cases by their names."""
    with (ROOT / "complaints" / "data" / "sample_cases.csv").open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_a_call_is_filed_by_keyboard_and_found_by_the_caller_who_registers(site: Site, meet: Meet) -> None:
    agent, rows = meet("ar"), samples()
    assert {rows[name]["channel"] for name in ROWS} == {"phone"}
    be_signed_in(agent, SAMI)
    caller = replace(TARIQ, phone=f"0795{secrets.randbelow(10**6):06}")
    _rings(agent, caller.phone)
    _registers(Keys(agent), caller)
    unknown = Keys(agent)
    filed = _files(unknown, rows[ROWS[0]])
    known = f"99{secrets.randbelow(10**8):08}"
    phone = f"+962777{secrets.randbelow(10**6):06}"
    site.run(_CALLER, number=known, phone=phone)
    counts = {name: _takes_a_known_call(agent, phone, known, rows[name]) for name in ROWS[1:]}
    # Who is known gives four digits and presses Enter, and then come the same pages.
    counts[ROWS[0]] = 1 + unknown.pressed
    assert max(counts.values()) <= MOST_KEYS, counts
    person = meet("ar", size=PHONE)
    register(person, caller)
    person.open("cases/")
    expect(person.page.get_by_text(grouped(filed))).to_be_visible()


def _rings(agent: Person, phone: str) -> None:
    """Let the telephony system open the page."""
    agent.open(f"staff/calls/new/?phone={phone.replace('+', '%2B')}")
    agent.page.wait_for_load_state()


def _takes_a_known_call(agent: Person, phone: str, number: str, row: dict[str, str]) -> int:
    """Take down a row for a caller who is known, and return how many keys it took beside what was typed."""
    keys = Keys(agent)
    _rings(agent, phone)
    expect(agent.page.locator("#id_answer")).to_be_focused()
    agent.look("call-person")
    keys.write(number[-4:])
    keys.go_on("Enter")
    _files(keys, row)
    return keys.pressed


def _registers(keys: Keys, caller: Newcomer) -> None:
    """Register the caller, whose mobile number is on the page already."""
    expect(keys.agent.page.locator("#id_mobile")).to_be_focused()
    keys.agent.look("call-register")
    keys.press("Tab", 2)
    day = (caller.born.day, caller.born.month, caller.born.year)
    for text in (caller.number, *caller.names, *map(str, day)):
        keys.write(text)
        keys.press("Tab")
    keys.go_on()


def _files(keys: Keys, row: dict[str, str]) -> str:
    """Write a row down, choose its topic, add where it is, read it back and save it; return its number."""
    page = keys.agent.page
    expect(page.locator("input[name=kind]:checked")).to_be_focused()
    keys.press("Tab")
    keys.write(f"{row['subject']}\n{row['body']}")
    keys.go_on()
    keys.agent.look("call-file")
    _chooses(keys, row)
    if "/file/" in page.url:
        _says_where(keys, row)
    expect(page).to_have_url(re.compile(r"/read-back/$"))
    keys.agent.look("call-read-back")
    keys.go_on()
    expect(page).to_have_url(re.compile(r"/saved/$"))
    keys.agent.look("call-saved")
    return page.locator(".receipt .ref").inner_text().replace(" ", "")


def _chooses(keys: Keys, row: dict[str, str]) -> None:
    """Choose the row's topic among those that its words lead to."""
    page = keys.agent.page
    expect(page.locator("input[name=fit]").first).to_be_focused()
    offered = page.locator("input[name=fit]").evaluate_all("inputs => inputs.map(input => input.value)")
    place = offered.index(row["category_code"])
    keys.press("ArrowDown", place) if place else keys.press("Space")
    keys.go_on()


def _says_where(keys: Keys, row: dict[str, str]) -> None:
    """Add the place, where the topic asks for it and the words did not name it."""
    page = keys.agent.page
    governorate = page.locator("#id_governorate")
    expect(governorate).to_be_focused()
    codes = governorate.locator("option").evaluate_all("options => options.map(option => option.value)")
    chosen = codes.index(governorate.input_value())
    keys.press("ArrowDown", codes.index(row["governorate_code"]) - chosen)
    keys.press("Tab")
    keys.write(row["place"])
    keys.go_on()
