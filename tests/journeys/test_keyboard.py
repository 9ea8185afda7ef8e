"""An officer's work with the keyboard alone: no mouse is touched from the door to the last case."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from accounts.demo import PASSWORD
from tests.journeys.acts import grouped
from tests.journeys.conftest import Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site, Stranger

OMAR = "omar@miyahuna.example"
#: More stops than a page has.
MOST_STOPS = 150
LEAK = Matter(
    agency="miyahuna",
    topic="water-leak",
    subject="",
    details="Water has been running over the pavement since dawn.",
)
OVERNIGHT = tuple(f"A burst pipe near {place}" for place in ("the school", "the bakery", "the bridge"))
WHY = "The road and what lies under it belong to the municipality."
QUESTION = "Please look at the pipe near the bakery and say what broke it."


def test_a_morning_without_a_mouse(site: Site, meet: Meet) -> None:
    stranger = Stranger()
    for subject in OVERNIGHT:
        site.file(replace(LEAK, subject=subject), language="en", by=stranger)
    officer = meet("en")
    _comes_in(officer)
    _reads_the_sheet_of_keys(officer)
    _narrows_to_the_newest(officer)
    _declines(officer, _opens(officer, "A burst pipe near the bridge"))
    _narrows_to_the_newest(officer)
    asked = _opens(officer, "A burst pipe near the bakery")
    _asks_a_directorate(officer)
    _narrows_to_the_newest(officer)
    _links(officer, _opens(officer, "A burst pipe near the school"), to=asked)


def _comes_in(officer: Person) -> None:
    officer.open("staff/sign-in/")
    _write(officer, "input[name=email]", OMAR)
    _write(officer, "input[name=password]", PASSWORD)
    _press(officer, "Enter")
    officer.is_at("Second step of signing in")
    _write(officer, "input[name=code]", officer.site.app_code(OMAR))
    _press(officer, "Enter")
    officer.is_at("All open")


def _reads_the_sheet_of_keys(officer: Person) -> None:
    keys, sheet = officer.page.keyboard, officer.page.get_by_role("dialog")
    keys.press("Shift+Slash")
    expect(sheet).to_be_visible()
    officer.look("keyboard-sheet")
    keys.press("Escape")
    expect(sheet).to_be_hidden()


def _narrows_to_the_newest(officer: Person) -> None:
    if "/queue/" not in officer.page.url:
        _follow(officer, ".side a[href$='/staff/queue/']")
    _follow(officer, ".side a[href*='view=competence']")
    _follow(officer, "a[href*='sort=newest']")


def _opens(officer: Person, subject: str) -> str:
    """Walk down to a row with J, from the one visited last, open it with Enter, and return the number of the case."""
    officer.page.keyboard.press("j")
    link = officer.page.locator("[data-rows] a.subject:focus")
    expect(link).to_have_text(subject)
    _press(officer, "Enter")
    found = re.search(r"/cases/(\d{10})/\?list=", officer.page.url)
    assert found is not None
    return found[1]


def _declines(officer: Person, reference: str) -> None:
    _press(officer, "r")
    expect(officer.page).to_have_url(re.compile(f"{reference}/decline/"))
    officer.look("keyboard-decline")
    _choose_next(officer, "reason")
    _write(officer, "textarea[name=text]", WHY)
    _pick(officer, "select[name=proposed_agency]", "Greater Amman")
    _send(officer)
    officer.sees("You declined the case. The CMU will find the responsible agency.")


def _asks_a_directorate(officer: Person) -> None:
    _press(officer, "d")
    _pick(officer, "select[name=directorate]", "Operations")
    _write(officer, "textarea[name=text]", QUESTION)
    officer.look("keyboard-consult")
    _send(officer)
    expect(officer.card("Directorates")).to_contain_text(QUESTION)


def _links(officer: Person, reference: str, *, to: str) -> None:
    _follow(officer, f"a[href*='{reference}/link/']")
    _write(officer, "input[name=number]", to)
    _choose_next(officer, "kind")
    officer.look("keyboard-link")
    _send(officer)
    expect(officer.card("Linked cases")).to_contain_text(grouped(to))


# ---- the hands on the keyboard ----


def _reach(officer: Person, selector: str) -> None:
    """Press Tab until what fits ``selector`` has the focus, and shows it."""
    for _ in range(MOST_STOPS):
        if officer.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            style = "getComputedStyle(document.activeElement)"
            assert officer.page.evaluate(f"{style}.outlineStyle !== 'none' || {style}.boxShadow !== 'none'")
            return
        officer.page.keyboard.press("Tab")
    pytest.fail(f"the Tab key does not reach {selector}")


def _press(officer: Person, key: str) -> None:
    """Press a key that leads to another page."""
    with officer.page.expect_navigation():
        officer.page.keyboard.press(key)


def _follow(officer: Person, selector: str) -> None:
    _reach(officer, selector)
    _press(officer, "Enter")


def _write(officer: Person, selector: str, text: str) -> None:
    _reach(officer, selector)
    officer.page.keyboard.insert_text(text)


def _pick(officer: Person, selector: str, beginning: str) -> None:
    """Choose from a list by the first letters of its line."""
    _reach(officer, selector)
    officer.page.keyboard.type(beginning)
    expect(officer.page.locator(f"{selector} option:checked")).to_have_text(re.compile(f"^{beginning}"))


def _choose_next(officer: Person, name: str) -> None:
    """Choose the answer below the one that has the focus, with the arrow."""
    _reach(officer, f"input[name={name}]")
    officer.page.keyboard.press("ArrowDown")
    expect(officer.page.locator(f"input[name={name}]").nth(1)).to_be_checked()


def _send(officer: Person) -> None:
    _reach(officer, "main form .actions button.btn")
    _press(officer, "Enter")
