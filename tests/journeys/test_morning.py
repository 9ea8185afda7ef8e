"""An officer's morning: what waits, narrowed and kept under a name, opened by keyboard, decided, and two given on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.acts import come_to_work
from tests.journeys.conftest import DESK, PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site, Stranger

OMAR = "omar@miyahuna.example"
METER = Matter(agency="miyahuna", topic="water-bill", subject="", details="The dial has stood still for two weeks.")
OVERNIGHT = tuple(f"Meter {number} of the building" for number in range(3))


@dataclass(frozen=True)
class Morning:
    """In which language and on what the officer works, and what the officer calls the filter."""

    language: str
    size: dict[str, int]
    name: str
    officer: str
    directorate: str


ARABIC = Morning("ar", DESK, "شكاوى تنتظر القرار", "عمر الصمادي", "مديرية العمليات والصيانة")
ENGLISH = Morning("en", PHONE, "Complaints to decide", "Omar Smadi", "Operations and Maintenance Directorate")


@pytest.mark.parametrize("morning", [ARABIC, ENGLISH], ids=["arabic-desk", "english-phone"])
def test_an_officers_morning(morning: Morning, site: Site, meet: Meet) -> None:
    # What came in overnight, whatever other stories have left of the queue.
    stranger = Stranger()
    for subject in OVERNIGHT:
        site.file(replace(METER, subject=subject), language="en", by=stranger)
    officer = meet(morning.language, size=morning.size)
    come_to_work(officer, OMAR)
    officer.is_at("All open")
    _sees_what_waits(officer)
    _narrows_and_keeps(officer, morning)
    address = _opens_the_first(officer, morning)
    _accepts(officer, morning)
    _finds_it_marked_among_the_own(officer, address)
    _gives_two_on(officer, morning)


def _sees_what_waits(officer: Person) -> None:
    tile = officer.page.locator(".side a").filter(has_text=officer.said("Responsibility to confirm"))
    waiting = tile.locator("bdi").inner_text()
    tile.click()
    expect(officer.page).to_have_url(re.compile("view=competence"))
    expect(_rows(officer)).to_have_count(int(waiting))
    expect(officer.page).to_have_title(
        re.compile(rf"^\({waiting}\) {re.escape(officer.said('Responsibility to confirm'))}")
    )
    officer.look("morning-queue")


def _narrows_and_keeps(officer: Person, morning: Morning) -> None:
    officer.page.locator("details.filters summary").first.click()
    officer.box("Kind").select_option("complaint")
    officer.press("Apply")
    chip = f"{officer.said('Kind')}: {officer.said('Complaint')}"
    expect(officer.page.locator(".chips").get_by_role("link", name=re.compile(re.escape(chip)))).to_be_visible()
    officer.page.locator("#save summary").click()
    officer.write("Name of the filter", morning.name)
    officer.look("morning-filter")
    officer.press("Save")
    officer.sees("The filter was saved. You can find it in the menu.")
    # On a telephone the script folds the menu, which is sent open.
    menu = officer.ready(officer.page.locator(".side details"))
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    kept = menu.get_by_role("link").filter(has_text=morning.name)
    expect(kept).to_have_attribute("aria-current", "true")
    expect(kept.locator(".pill")).to_have_text(str(_rows(officer).count()))
    kept.click()


def _opens_the_first(officer: Person, morning: Morning) -> str:
    officer.page.wait_for_load_state()  # A key that comes before the script does nothing.
    first = _rows(officer).first.locator("a.subject")
    address = first.get_attribute("href") or ""
    if morning.size is DESK:
        officer.page.keyboard.press("j")
        expect(first).to_be_focused()
        officer.page.keyboard.press("Enter")
    else:
        first.click()
    expect(officer.page).to_have_url(re.compile(re.escape(address)))
    return address


def _accepts(officer: Person, morning: Morning) -> None:
    accept = officer.page.get_by_role("link", name=officer.said("Yes, accept"))
    expect(accept).to_be_visible()
    if morning.size is DESK:
        officer.page.wait_for_load_state()
        officer.page.keyboard.press("a")
    else:
        accept.click()
    officer.pick("Directorate", morning.directorate)
    officer.write("Time for the answer, in working days", "1")
    officer.press("Show the date and the message")
    officer.press("Accept and send")
    officer.sees("You accepted the case.")


def _finds_it_marked_among_the_own(officer: Person, address: str) -> None:
    officer.open("staff/queue/?view=mine&sort=newest")
    marked = officer.page.locator("tr.is-here a.subject")
    expect(marked).to_have_attribute("href", re.compile(re.escape(address.partition("?")[0])))
    expect(marked).to_have_attribute("aria-current", "true")
    officer.look("morning-mine")


def _gives_two_on(officer: Person, morning: Morning) -> None:
    officer.open("staff/queue/?view=competence&officer=none")
    before = _rows(officer).count()
    chosen = [_number(row) for row in _rows(officer).all()[:2]]
    for row in _rows(officer).all()[:2]:
        row.get_by_role("checkbox").check()
    officer.page.locator("#bulk-action").select_option("assign")
    officer.press("Go")
    # The list says it with dots, because more is asked; the page does not.
    heading = officer.said("Assign to an officer…").removesuffix("…")
    expect(officer.page.get_by_role("heading", level=1, name=heading, exact=True)).to_be_visible()
    officer.pick("Officer", morning.officer)
    officer.look("morning-assign")
    officer.page.locator("button[name=send]").click()
    results = officer.page.locator("main tbody tr")
    expect(results).to_have_count(len(chosen))
    for number in chosen:
        expect(results.filter(has_text=number)).to_contain_text(officer.said("Done"))
    officer.look("morning-assigned")
    officer.page.locator("main .actions").get_by_role("link").click()
    expect(_rows(officer)).to_have_count(before - len(chosen))


def _rows(officer: Person) -> Locator:
    return officer.page.locator("[data-rows] tbody tr")


def _number(row: Locator) -> str:
    return row.locator(".ref").last.inner_text()
