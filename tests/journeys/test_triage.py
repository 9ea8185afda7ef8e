"""A case whose agency nobody knows finds its owner by the unit, after an agency that it is not."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.acts import be_signed_in, come_to_work, error_of, open_case
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site

LINA, OMAR, YUSUF = "lina@cmu.example", "omar@miyahuna.example", "yusuf@gam.example"


@dataclass(frozen=True)
class Story:
    """Who complains of what, where it goes first, and why it is not wanted there."""

    language: str
    number: str
    phone: str
    what: Matter
    first: str
    second: str
    refusal: str


ARABIC = Story(
    language="ar",
    number="9902103456",
    phone="+962790001234",
    what=Matter(
        topic="حفر الشوارع وتعبيدها",
        subject="حفرة كبيرة بعد أعمال تمديد في شارع 12",
        details="بقيت حفرة عميقة وسط الشارع بعد أعمال تمديد منذ أسبوع، وتتجمع فيها المياه ولا تراها السيارات ليلًا.",
        governorate="العاصمة",
        area="الجبيهة",
        place="قرب بناية 7",
    ),
    first="أمانة عمان الكبرى",
    second="شركة مياه الأردن (مياهنا)",
    refusal="حفرت شركة المياه الموقع في الأسبوع الماضي، وعليها إعادته كما كان.",
)
ENGLISH = Story(
    language="en",
    number="9851204417",
    phone="+962780004417",
    what=Matter(
        topic="Potholes and paving",
        subject="A deep hole left in University Street",
        details="For a week there has been a deep hole in the middle of the street, full of water and unlit at night.",
        governorate="Amman (Capital)",
        area="Jubeiha",
        place="Opposite building 3",
    ),
    first="Greater Amman Municipality",
    second="Jordan Water Company (Miyahuna)",
    refusal="The water company dug here last week and has to put the street back as it was.",
)


@pytest.mark.parametrize("story", [ARABIC, ENGLISH], ids=["arabic-phone", "english-phone"])
def test_a_case_without_an_agency_is_referred_declined_and_referred_again(story: Story, site: Site, meet: Meet) -> None:
    reference = site.file(story.what, language=story.language, by=story.number)
    site.wait_for(to=LINA, template="cmu_triage", about=reference)
    site.wait_for(to=story.phone, template="case_received_triage", about=reference)

    desk = meet(story.language)
    _unit_refers(desk, story, reference)
    site.wait_for(to=YUSUF, template="officer_new_case", about=reference)
    site.wait_for(to=story.phone, template="case_moved", about=reference)

    _officer_declines(desk, story, reference)
    site.wait_for(to=story.phone, template="case_triage", about=reference)

    be_signed_in(desk, LINA)
    _unit_takes_the_proposal(desk, story, reference)
    site.wait_for(to=OMAR, template="officer_new_case", about=reference)
    site.wait_for(to=story.phone, template="case_moved", about=reference, seen=1)

    be_signed_in(desk, YUSUF)
    _former_holder_only_reads_it(desk, reference)
    citizen = meet(story.language, size=PHONE)
    be_signed_in(citizen, story.number)
    citizen.open(f"cases/{reference}/")
    expect(citizen.card("What we promise")).to_contain_text(story.second)
    citizen.look("case-referred")


def _unit_refers(unit: Person, story: Story, reference: str) -> None:
    come_to_work(unit, LINA)
    unit.is_at("What the unit decides today")
    unit.look("unit-dashboard")
    unit.open("staff/triage/")
    _unfold(unit, reference)
    expect(_entry(unit, reference)).to_contain_text(unit.said("The citizen did not know the agency."))
    unit.look("triage")
    _entry(unit, reference).get_by_role("link", name=re.compile(re.escape(unit.said("Choose another agency")))).click()
    unit.pick("Refer to", story.first)
    unit.look("desk-refer")
    unit.press("Refer and tell the agency and the citizen")
    unit.is_told(story.first)


def _officer_declines(officer: Person, story: Story, reference: str) -> None:
    come_to_work(officer, YUSUF)
    open_case(officer, reference)
    officer.page.get_by_role("link", name=officer.said("No, decline with a reason")).click()
    officer.choose("The place is in another agency's area")
    officer.pick("The agency you propose", story.second)
    officer.press("Decline and send to the CMU")
    expect(error_of(officer.box("Explanation for the CMU"))).to_be_visible()
    expect(officer.box("The agency you propose").locator("option:checked")).to_have_text(story.second)
    officer.look("desk-decline-refused")
    officer.write("Explanation for the CMU", story.refusal)
    officer.press("Decline and send to the CMU")
    officer.sees("You declined the case. The CMU will find the responsible agency.")


def _unit_takes_the_proposal(unit: Person, story: Story, reference: str) -> None:
    unit.open("staff/triage/")
    _unfold(unit, reference)
    expect(_entry(unit, reference)).to_contain_text(story.refusal)
    unit.look("triage-came-back")
    _entry(unit, reference).get_by_role("link", name=re.compile(re.escape(unit.said("Open the case")))).click()
    unit.look("desk-case-in-triage")
    unit.follow("Back to the list")
    # By keyboard: onto the line, and the digit of the first suggestion; one that comes before the script does nothing.
    unit.is_at("Triage")
    unit.page.wait_for_load_state()
    _entry(unit, reference).locator("summary").first.focus()
    unit.page.keyboard.press("1")
    unit.is_told(story.second)


def _unfold(unit: Person, reference: str) -> None:
    _entry(unit, reference).locator("summary").first.focus()
    unit.page.keyboard.press("Enter")


def _entry(unit: Person, reference: str) -> Locator:
    return unit.page.locator(".triage>li").filter(has=unit.page.locator(f"#case-{reference}"))


def _former_holder_only_reads_it(officer: Person, reference: str) -> None:
    officer.open(f"staff/cases/{reference}/")
    expect(officer.card("The person")).to_contain_text(officer.said("You cannot see who filed this case."))
    expect(officer.page.get_by_role("link", name=officer.said("Yes, accept"))).to_have_count(0)
    officer.look("desk-case-passed-on")
