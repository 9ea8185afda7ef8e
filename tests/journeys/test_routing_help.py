"""Who does not know the agency is shown one and takes it by a press; the unit tries a rule on the last 30 days."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import be_signed_in, enter, leave_to_the_unit, reference_on, tell_all
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site

LINA, YUSUF = "lina@cmu.example", "yusuf@gam.example"


@dataclass(frozen=True)
class Story:
    """Who reports what, which agency is suggested, and which other one a rule is tried with."""

    language: str
    number: str
    what: Matter
    agency: str
    other: str


ARABIC = Story(
    language="ar",
    number="9902103456",
    what=Matter(
        topic="إنارة الشوارع",
        subject="أعمدة الإنارة معطلة في شارع الأميرات",
        details="الشارع مظلم تمامًا بعد المغرب منذ ثلاثة أسابيع، وأعمدة الإنارة قرب بناية 9 لا تعمل.",
        governorate="العاصمة",
        area="طبربور",
        place="قرب بناية 9",
    ),
    agency="أمانة عمان الكبرى",
    other="شركة مياه الأردن (مياهنا)",
)
ENGLISH = Story(
    language="en",
    number="9851204417",
    what=Matter(
        topic="Street lighting",
        subject="No street lamps in Princess Street",
        details="The street has been dark after sunset for three weeks, none of the lamps near building 9 works.",
        governorate="Amman (Capital)",
        area="Tabarbour",
        place="Near building 9",
    ),
    agency="Greater Amman Municipality",
    other="Jordan Water Company (Miyahuna)",
)


@pytest.mark.parametrize("story", [ARABIC, ENGLISH], ids=["arabic-phone", "english-phone"])
def test_a_suggested_agency_is_taken_by_a_press_and_a_repeat_is_pointed_out(
    story: Story, site: Site, meet: Meet
) -> None:
    citizen = meet(story.language, size=PHONE)
    enter(citizen, story.number)
    _describe(citizen, story)
    offer = citizen.card("A suggestion based on what you wrote")
    expect(offer).to_contain_text(citizen.said("The rule for this topic and place"))
    citizen.look("new-check-offer")
    choose = re.compile(rf"{re.escape(citizen.said('Choose this agency'))}.*{re.escape(story.agency)}")
    offer.get_by_role("button", name=choose).click()
    citizen.is_told(story.agency)
    expect(citizen.card("A suggestion based on what you wrote")).to_be_hidden()
    citizen.choose("SMS")
    citizen.press("Send the complaint")
    reference = reference_on(citizen)
    site.wait_for(to=YUSUF, template="officer_new_case", about=reference)

    citizen.open("")
    _describe(citizen, story)
    citizen.sees("You have already told us about this")
    citizen.look("new-check-reported")
    citizen.page.locator(f"a[href$='/cases/{reference}/add/']").click()
    citizen.look("case-add")
    _sends_it_all_the_same(citizen)

    unit = meet(story.language)
    be_signed_in(unit, LINA)
    unit.open("staff/triage/")
    unit.follow("Test a rule on the cases of the last 30 days")
    unit.page.select_option("#id_topic", value="roads-light")
    unit.pick("Governorate", story.what.governorate)
    unit.pick("Agency the rule would assign", story.other)
    unit.press("Test the rule")
    expect(unit.card("Test results")).to_contain_text(unit.said("Under the new rule"))
    unit.look("rules-try")


def _sends_it_all_the_same(citizen: Person) -> None:
    """A repeat is pointed out, not refused; and no draft is left that this person's next story would go on with."""
    citizen.open("new/complaint/check/")
    citizen.choose("SMS")
    citizen.press("Send the complaint")
    reference_on(citizen)
    citizen.look("receipt-triage")


def _describe(citizen: Person, story: Story) -> None:
    citizen.follow("Complaint", within=citizen.main)
    tell_all(citizen, story.what)
    citizen.look("new-understood")
    leave_to_the_unit(citizen, story.what.topic)
