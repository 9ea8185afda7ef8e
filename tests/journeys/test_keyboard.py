"""A complaint and a morning of an officer with the keyboard alone: no mouse is touched from the door to the end."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from accounts.demo import PASSWORD
from complaints.demonstration.stories import MACRO_NAME
from tests.journeys.acts import grouped, reference_on
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
OVERNIGHT = tuple(f"A burst pipe near {place}" for place in ("the school", "the bridge", "the bakery", "the clinic"))
AMINA = "9902103456"
DARK = "شارعنا مظلم منذ شهر ولا يعمل أي مصباح فيه بعد المغرب."
WHY = "الطريق وما تحته من اختصاص البلدية."


def test_a_morning_without_a_mouse(site: Site, meet: Meet) -> None:
    stranger = Stranger()
    for subject in OVERNIGHT:
        site.file(replace(LEAK, subject=subject), language="en", by=stranger)
    officer = meet("ar")
    _comes_in(officer)
    _narrows_to_the_newest(officer)
    _reads_the_sheet_of_keys(officer, works="J K X", works_not="Ctrl")
    _opens(officer, "A burst pipe near the clinic")
    _reads_the_sheet_of_keys(officer, works="A R J N 1 / Ctrl", works_not="X")
    _accepts(officer)
    # The next case of the list comes by itself.
    asked = _is_on(officer, "A burst pipe near the bakery")
    _runs_a_macro(officer)
    _is_on(officer, "A burst pipe near the bridge")
    _declines(officer)
    _links(officer, _is_on(officer, "A burst pipe near the school"), to=asked)


def test_a_complaint_without_a_mouse(meet: Meet) -> None:
    citizen = meet("ar")
    citizen.open("")
    _follow(citizen, "main a[href*='new/complaint/']")
    _write(citizen, "textarea[name=details]", DARK)
    _pick(citizen, "select[name=governorate]", "العاصمة")
    _write(citizen, "input[name=area]", "ماركا")
    _send(citizen)
    citizen.is_at("Who is it for?")
    _choose_next(citizen, "fit")
    citizen.look("keyboard-fit")
    _follow(citizen, "main form button.btn")
    if "/what/" in citizen.page.url:
        _send(citizen)
    _follow(citizen, "main a[href*='/sign-in/']")
    _write(citizen, "input[name=number]", AMINA)
    _write(citizen, "input[name=password]", PASSWORD)
    _press(citizen, "Enter")
    citizen.is_at("Check, then send")
    _reach(citizen, "input[name=notify_by]")
    citizen.page.keyboard.press("Space")
    _send(citizen)
    reference_on(citizen)


def _comes_in(officer: Person) -> None:
    officer.open("staff/sign-in/")
    _write(officer, "input[name=email]", OMAR)
    _write(officer, "input[name=password]", PASSWORD)
    _press(officer, "Enter")
    officer.is_at("Second step of signing in")
    _write(officer, "input[name=code]", officer.site.app_code(OMAR))
    _press(officer, "Enter")
    officer.is_at("All open")


def _reads_the_sheet_of_keys(officer: Person, *, works: str, works_not: str) -> None:
    """Open the list of keys: it holds those that work on this page, and none that does not."""
    keys, sheet = officer.page.keyboard, officer.page.get_by_role("dialog")
    keys.press("Shift+Slash")
    expect(sheet).to_be_visible()
    named = {key for line in sheet.locator("dt:visible").all() for key in line.locator("kbd").all_inner_texts()}
    assert named >= set(works.split())
    assert not named & set(works_not.split())
    officer.look("keyboard-sheet")
    keys.press("Escape")
    expect(sheet).to_be_hidden()


def _narrows_to_the_newest(officer: Person) -> None:
    if "/queue/" not in officer.page.url:
        _follow(officer, ".side a[href$='/staff/queue/']")
    _follow(officer, ".side a[href*='view=competence']")
    _follow(officer, "a[href*='sort=newest']")


def _opens(officer: Person, subject: str) -> None:
    """Walk down to a row with J, and open it with Enter."""
    officer.page.keyboard.press("j")
    link = officer.page.locator("[data-rows] a.subject:focus")
    expect(link).to_contain_text(subject)
    _press(officer, "Enter")
    _is_on(officer, subject)


def _is_on(officer: Person, subject: str) -> str:
    """Return the number of the case, opened from the list, on whose page the officer is."""
    expect(officer.page).to_have_url(re.compile(r"/cases/\d{10}/\?list="))
    expect(officer.page.locator("main .identity h1")).to_have_text(subject)
    found = re.search(r"/cases/(\d{10})/", officer.page.url)
    assert found is not None
    return found[1]


def _accepts(officer: Person) -> None:
    _press(officer, "a")
    _pick(officer, "select[name=directorate]", "مديرية العمليات")
    _press(officer, "Control+Enter")


def _runs_a_macro(officer: Person) -> None:
    """Press the digit of the macro, read its steps, and send them."""
    _press(officer, "1")
    expect(officer.page).to_have_url(re.compile(r"/macros/\d+/\?list="))
    expect(officer.page.locator("main ol.plain > li")).to_have_count(3)
    expect(officer.page.locator("main form button[name=send]")).to_be_focused()
    officer.look("keyboard-macro")
    _press(officer, "Control+Enter")
    expect(officer.page.locator("main")).to_contain_text(MACRO_NAME)


def _declines(officer: Person) -> None:
    _press(officer, "r")
    officer.look("keyboard-decline")
    _choose_next(officer, "reason")
    _write(officer, "textarea[name=text]", WHY)
    _pick(officer, "select[name=proposed_agency]", "أمانة عمان")
    _send(officer)
    officer.sees("You declined the case. The CMU will find the responsible agency.")


def _links(officer: Person, reference: str, *, to: str) -> None:
    _reach(officer, ".case-side details.more > summary")
    officer.page.keyboard.press("Enter")
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
    """Choose from a list by walking down to the line that begins so."""
    _reach(officer, selector)
    officer.page.keyboard.press("Home")
    chosen = officer.page.locator(f"{selector} option:checked")
    for _ in range(MOST_STOPS):
        if chosen.inner_text().strip().startswith(beginning):
            return
        officer.page.keyboard.press("ArrowDown")
    pytest.fail(f"no line of {selector} begins with {beginning}")


def _choose_next(officer: Person, name: str) -> None:
    """Choose the answer below the one that has the focus, with the arrow."""
    _reach(officer, f"input[name={name}]")
    officer.page.keyboard.press("ArrowDown")
    expect(officer.page.locator(f"input[name={name}]").nth(1)).to_be_checked()


def _send(officer: Person) -> None:
    _reach(officer, "main form .actions button.btn")
    _press(officer, "Enter")
