"""The whole way: a person registers, complains and is answered, and nobody else learns of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import (
    Newcomer,
    answer_nothing_more,
    choose_password,
    choose_topic,
    come_by_both_factors,
    come_to_work,
    error_of,
    look_for,
    open_case,
    photo,
    read_code,
    reference_on,
    say_where,
    say_who,
    sign_in,
    tell,
)
from tests.journeys.conftest import DESK, PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site

OMAR, OMARS_PHONE = "omar@miyahuna.example", "+962790100001"
YUSUF = "yusuf@gam.example"
# Stands in a message to come for each of the letters that are rolled when it is sent.
ROLLED = "·\u200e"


@dataclass(frozen=True)
class Story:
    """Who goes the way, on what, and what everybody writes."""

    language: str
    size: dict[str, int]
    who: Newcomer
    what: Matter
    directorate: str
    added: str
    hollow: str
    found: str
    done: str


ARABIC = Story(
    language="ar",
    size=PHONE,
    who=Newcomer(
        number="9782006138",
        names=("رنا", "خليل", "إبراهيم", "العبادي"),
        born=date(1978, 6, 14),
        phone="0791112233",
        governorate="العاصمة",
        city="عمّان",
        address="ضاحية الرشيد، شارع 4، بناية 12",
    ),
    what=Matter(
        agency="شركة مياه الأردن (مياهنا)",
        typed="المياة",
        topic="انقطاع المياه أو ضعف الضخ",
        subject="انقطاع المياه عن شارع 4 منذ الأحد",
        details="لم تصل المياه إلى بنايتنا في دور الأحد ولا في دور الأربعاء، والخزان فارغ. الجيران في البناية 14 كذلك.",
        governorate="العاصمة",
        area="ضاحية الرشيد",
        place="مقابل المدرسة، البناية 12",
    ),
    directorate="مديرية العمليات والصيانة",
    added="وصلت المياه ليلة أمس نصف ساعة بضغط ضعيف ثم انقطعت.",
    hollow="تم عمل اللازم",
    found="عاينت فرقة الصيانة الخط المغذي لشارع 4 صباح اليوم، ووجدت محبس الفرع مغلقًا بعد أعمال حفر.",
    done="فتحت الفرقة المحبس وقاست الضغط عند البناية 12 بعد ساعة، وأعيد الشارع إلى دور الأحد.",
)
ENGLISH = Story(
    language="en",
    size=DESK,
    who=Newcomer(
        number="2003220456",
        names=("تالا", "وليد", "فاروق", "الدباس"),
        born=date(2003, 12, 1),
        phone="0781114455",
        governorate="Zarqa",
        city="Zarqa",
        address="New Zarqa, 36 Street, building 5",
    ),
    what=Matter(
        agency="Jordan Water Company (Miyahuna)",
        typed="water company",
        topic="Water outage or weak supply",
        subject="No water in 36 Street since Sunday",
        details="The water came neither on Sunday nor on Wednesday, and the tank of building 5 is empty.",
        governorate="Zarqa",
        area="New Zarqa",
        place="Opposite the school, building 5",
    ),
    directorate="Operations and Maintenance Directorate",
    added="Last night the water came for half an hour, with little pressure.",
    hollow="تم عمل اللازم",
    found="Our crew inspected the feeder of 36 Street this morning and found the branch valve shut after road works.",
    done="The crew opened the valve and measured the pressure at building 5; the street is back in the Sunday turn.",
)


@pytest.mark.parametrize("story", [ARABIC, ENGLISH], ids=["arabic-phone", "english-desktop"])
def test_a_case_goes_from_a_citizen_to_the_right_officer_and_back_with_an_answer(
    story: Story, site: Site, meet: Meet
) -> None:
    citizen = meet(story.language, size=story.size, prepares_for_offline=True)
    _registers(citizen, story)
    reference = _files(citizen, story)
    _officers_are_told_once(site, reference)

    officer = meet(story.language)
    _officer_accepts(officer, story, site, reference)
    _citizen_sees_the_promise_and_adds(citizen, story, reference)
    _officer_answers(officer, story, reference)
    _citizen_reads_the_answer(meet(story.language, size=story.size), story, site, reference)

    photograph = officer.card("Photos").get_by_role("link").first.get_attribute("href") or ""
    assert officer.read(photograph).headers["content-type"] == "image/jpeg"
    _another_agency_finds_nothing(officer, reference, photograph)
    _officers_are_told_once(site, reference)


# ---- the citizen comes ----


def _registers(citizen: Person, story: Story) -> None:
    citizen.open("")
    citizen.look("home-of-visitors")
    citizen.follow("Create an account")
    say_who(citizen, story.who)
    citizen.look("register-who")
    citizen.press("Continue")
    citizen.is_at("Contact details")
    say_where(citizen, story.who)
    citizen.look("register-contact")
    citizen.press("Continue")
    citizen.is_at("Password")
    choose_password(citizen, story.who.password)
    citizen.tick("I have read and accept the usage policy")
    citizen.look("register-password")
    citizen.press("Create account and send code")
    _proves_the_phone(citizen, story)
    citizen.is_at("How can we help you today?")
    citizen.sees("Your account is ready. You can now file a case and follow it here")
    citizen.look("home")


def _proves_the_phone(citizen: Person, story: Story) -> None:
    code = read_code(citizen, story.who.international)
    assert re.fullmatch(r"[0-9]{5}", code)
    citizen.write("Security code", f"{(int(code) + 1) % 100_000:05}")
    citizen.press("Confirm")
    expect(error_of(citizen.box("Security code"))).to_contain_text("2" if story.language == "en" else "محاولتان")
    citizen.look("register-code")
    citizen.write("Security code", code)
    citizen.press("Confirm")


# ---- and files ----


def _files(citizen: Person, story: Story) -> str:
    for kind in ("Complaint", "Suggestion", "Inquiry", "Praise"):
        expect(citizen.main.get_by_role("link", name=citizen.said(kind), exact=True)).to_be_visible()
    citizen.follow("Complaint", within=citizen.main)
    citizen.is_at("What happened?")
    tell(citizen, story.what)
    citizen.page.get_by_label(citizen.said("Photos or files")).set_input_files(photo("street-4.jpg"))
    citizen.look("new-what")
    citizen.press("Continue")
    _chooses_the_agency(citizen, story)
    citizen.is_at("Check, then send")
    citizen.choose("SMS")
    citizen.look("new-check")
    return _sends_twice(citizen)


def _chooses_the_agency(citizen: Person, story: Story) -> None:
    citizen.is_at("Who is it for?")
    look_for(citizen)
    box = citizen.page.get_by_role("combobox", name=citizen.said("Agency or topic"))
    box.press_sequentially(story.what.typed)
    offer = citizen.page.get_by_role("listbox").get_by_role("option", name=story.what.agency, exact=True)
    expect(offer).to_be_visible()
    citizen.look("new-agency")
    offer.click()
    expect(box).to_have_value(story.what.agency)
    choose_topic(citizen, story.what.topic)
    citizen.look("new-topic")
    citizen.press("Use this choice")
    answer_nothing_more(citizen)


def _sends_twice(citizen: Person) -> str:
    """Press the button in two windows of one browser: the second press finds the case of the first."""
    twin = _same_page_again(citizen)
    citizen.press("Send the complaint")
    reference = reference_on(citizen)
    citizen.look("receipt")
    twin.press("Send the complaint")
    assert reference_on(twin) == reference
    twin.page.close()
    citizen.open("cases/")
    expect(citizen.page.locator("main .ref")).to_have_count(1)
    citizen.look("cases")
    return reference


def _same_page_again(citizen: Person) -> Person:
    page: Page = citizen.page.context.new_page()
    page.goto(citizen.page.url)
    return Person(page, citizen.site, citizen.language, citizen.looks)


def _officers_are_told_once(site: Site, reference: str) -> None:
    """The e-mail leaves at once; the SMS may wait for the hours of the office, whenever this test is run."""
    site.wait_for(to=OMAR, template="officer_new_case", channel="email", about=reference)
    assert len(site.sent(to=OMAR, template="officer_new_case", channel="email", about=reference)) == 1
    assert len(site.sent(to=OMARS_PHONE, template="officer_new_case", channel="sms", about=reference)) <= 1
    assert site.sent(to=YUSUF, about=reference) == []


# ---- the officer takes it on ----


def _officer_accepts(officer: Person, story: Story, site: Site, reference: str) -> None:
    officer.open("staff/sign-in/")
    officer.look("staff-sign-in")
    come_by_both_factors(officer, OMAR)
    officer.is_at("All open")
    officer.look("desk-queue")
    open_case(officer, reference)
    expect(officer.card("What the citizen wrote")).to_contain_text(story.what.details)
    expect(officer.card("Photos").get_by_role("img")).to_have_count(1)
    officer.look("desk-case")
    officer.page.get_by_role("link", name=officer.said("Yes, accept")).click()
    officer.pick("Directorate", story.directorate)
    due = _promises_the_longest_time(officer)
    officer.press("Show the date and the message")
    officer.sees("The citizen will get exactly this")
    officer.look("desk-accept")
    shown = officer.page.locator(".msg-us [lang]").inner_text().strip()
    assert f"{due.day}/{due.month}/{due.year}" in shown
    assert site.sent(to=story.who.international, template="case_accepted", about=reference) == []
    officer.press("Accept and send")
    officer.sees("You accepted the case.")
    _ledger_holds_exactly(site, story, reference, shown)


def _promises_the_longest_time(officer: Person) -> date:
    """Type the longest of the times offered, and return the day it leads to."""
    row = officer.page.get_by_role("row").last
    officer.write("Time for the answer, in working days", row.get_by_role("cell").first.inner_text())
    return date.fromisoformat(row.locator("time").get_attribute("datetime") or "")


def _ledger_holds_exactly(site: Site, story: Story, reference: str, shown: str) -> None:
    to = story.who.international
    sent = site.wait_for(to=to, template="case_accepted", about=reference)
    assert site.sent(to=to, template="case_accepted", about=reference) == [sent]
    assert re.fullmatch(re.escape(shown).replace(ROLLED, r"\w"), sent["body"])


# ---- the citizen follows ----


def _citizen_sees_the_promise_and_adds(citizen: Person, story: Story, reference: str) -> None:
    citizen.open(f"cases/{reference}/")
    expect(citizen.card("What we promise")).to_contain_text(citizen.said("Replies to you by"))
    citizen.look("case-accepted")
    citizen.follow("Add information")
    citizen.write("What do you want to add?", story.added)
    citizen.look("case-add")
    citizen.press("Send information")
    citizen.sees("What you added was sent.")
    expect(citizen.card("What has happened")).to_contain_text(story.added)


# ---- the officer answers ----


def _officer_answers(officer: Person, story: Story, reference: str) -> None:
    officer.open(f"staff/cases/{reference}/")
    expect(officer.card("History")).to_contain_text(story.added)
    officer.look("desk-case-in-progress")
    officer.page.get_by_role("link", name=officer.said("Close with an answer")).first.click()
    officer.choose("Solved")
    officer.write("What did you find?", story.found)
    officer.write("What did you do?", story.hollow)
    officer.press("Show what the citizen reads")
    expect(error_of(officer.box("What did you do?"))).to_be_visible()
    expect(officer.box("What did you do?")).to_have_value(story.hollow)
    expect(officer.box("What did you find?")).to_have_value(story.found)
    officer.look("desk-close-refused")
    officer.write("What did you do?", story.done)
    officer.press("Show what the citizen reads")
    officer.sees("This is what the citizen reads")
    officer.look("desk-close")
    officer.press("Close and send")
    officer.sees("You closed the case.")
    officer.look("desk-case-closed")


def _citizen_reads_the_answer(citizen: Person, story: Story, site: Site, reference: str) -> None:
    """Come back by the short link of the message, on a browser that knows nobody."""
    to = story.who.international
    sent = site.wait_for(to=to, template="case_answered", about=reference)
    assert site.sent(to=to, template="case_answered", about=reference) == [sent]
    link = re.search(r"\S+/r/\S+", sent["body"])
    assert link is not None
    citizen.page.goto(link[0] if "://" in link[0] else f"http://{link[0]}")
    citizen.is_at("Sign in")
    citizen.look("sign-in")
    sign_in(citizen, story.who.number, story.who.password)
    expect(citizen.page).to_have_url(re.compile(rf"/cases/{reference}/$"))
    expect(citizen.card("The agency's answer")).to_contain_text(story.found)
    expect(citizen.card("The agency's answer")).to_contain_text(story.done)
    citizen.look("case-answered")
    citizen.press("Sign out")
    citizen.is_at("How can we help you today?")


def _another_agency_finds_nothing(outsider: Person, reference: str, photograph: str) -> None:
    come_to_work(outsider, YUSUF)
    outsider.is_at("All open")
    expect(outsider.page.get_by_role("link", name=reference)).to_have_count(0)
    case = f"/{outsider.language}/staff/cases/{reference}/"
    for path in (f"{case}accept/", f"{case}decline/", f"{case}close/", f"{case}identity/", photograph):
        assert outsider.read(path).status == 404
    answer = outsider.page.goto(case)
    assert answer is not None
    assert answer.status == 404
    outsider.look("not-found")
