"""A directorate without an account gives its time and its finding by a link, and the officer answers with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import (
    answer_nothing_more,
    be_signed_in,
    choose_topic,
    come_to_work,
    enter,
    error_of,
    look_for,
    photo,
    reference_on,
    tell_all,
)
from tests.journeys.conftest import DESK, PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site

OMAR = "omar@miyahuna.example"
OPERATIONS = "operations@miyahuna.example"
HAITHAM = "haitham@miyahuna.example"
_ASKED = """
from django.utils import timezone
from accounts.models import User
from agencies.models import Directorate
from complaints.actions import accept
from complaints.actions.consultations import consult
from complaints.models import Case
case, omar = Case.objects.get(reference=said["reference"]), User.objects.get(login="omar@miyahuna.example")
at = timezone.now()
accept(case, by=omar, at=at, days=1)
operations = Directorate.objects.get(code="miyahuna-ops")
consult(case, by=omar, at=at, directorate=operations, text=said["question"])
"""


@dataclass(frozen=True)
class Story:
    """Who complains of what, which directorate is asked and what it says."""

    language: str
    size: dict[str, int]
    number: str
    name: str
    what: Matter
    directorate: str
    address: str
    question: str
    reason: str
    finding: str
    writer: str
    done: str


ARABIC = Story(
    language="ar",
    size=PHONE,
    number="9902103456",
    name="أمينة",
    what=Matter(
        agency="شركة مياه الأردن (مياهنا)",
        typed="مياهنا",
        topic="انقطاع المياه أو ضعف الضخ",
        subject="ضعف الضخ في شارع 9 منذ أسبوعين",
        details="يصل الماء بقوة ضعيفة لا ترفعه إلى الخزان منذ أسبوعين، وقد لاحظ ذلك سكان البنايات المجاورة أيضًا.",
        governorate="العاصمة",
        area="خلدا",
        place="قرب البناية 21",
    ),
    directorate="مديرية العمليات والصيانة",
    address=OPERATIONS,
    question="نرجو قياس الضغط عند البناية 21 وبيان سبب الضعف والمدة اللازمة لإصلاحه.",
    reason="يحتاج الحفر إلى إذن من الأمانة لم يصدر بعد.",
    finding="قسنا الضغط عند البناية 21 فوجدناه نصف بار، والسبب وصلة مهترئة استبدلناها مساء اليوم.",
    writer="م. هيثم العدوان، قسم الصيانة",
    done="استبدلت الفرقة الوصلة وارتفع الضغط إلى ثلاثة بار عند البناية 21 في القياس الأخير.",
)
ENGLISH = Story(
    language="en",
    size=DESK,
    number="9851204417",
    name="كريم",
    what=Matter(
        agency="Jordan Water Company (Miyahuna)",
        typed="water company",
        topic="Water outage or weak supply",
        subject="Weak pressure in Garden Street for two weeks",
        details="The water does not reach our tank on the roof any more; the neighbours say the same of theirs.",
        governorate="Amman (Capital)",
        area="Khalda",
        place="Near building 21",
    ),
    directorate="Customer Services Directorate",
    address="",
    question="Please measure the pressure at building 21 and say what makes it weak and how long you need.",
    reason="The permit to dig has not been issued yet.",
    finding="We measured half a bar at building 21; a worn joint was the cause and was replaced this evening.",
    writer="Haitham Adwan, head of maintenance",
    done="The crew replaced the joint; the pressure at building 21 rose to three bar in the last measurement.",
)


@pytest.mark.parametrize("story", [ARABIC, ENGLISH], ids=["arabic-phone", "english-desktop"])
def test_a_directorate_answers_by_link(story: Story, site: Site, meet: Meet) -> None:
    reference = _citizen_files(meet(story.language, size=PHONE), story)
    officer = meet(story.language)
    link = _officer_asks(officer, story, site, reference)

    writer = meet(story.language, size=story.size)
    _directorate_gives_its_time(writer, story, link)
    _officer_sees_the_time(officer, story, site, reference)
    _directorate_answers(writer, story)

    _officer_answers_with_it(officer, story, reference)
    writer.page.goto(link)
    writer.is_at("This case is closed")
    writer.look("directorate-closed")


def test_a_directorate_answers_without_script_and_an_altered_link_opens_nothing(site: Site, meet: Meet) -> None:
    story = ENGLISH
    reference = site.file(story.what, language=story.language, by=story.number)
    link = _officer_asks(meet(story.language), story, site, reference)
    writer = meet(story.language, size=PHONE, script=False)
    writer.page.goto(link)
    writer.write("Working days you need", "2")
    writer.press("Send the time")
    writer.sees("We are telling the agency's officer how long you need.")
    writer.write("Your finding", story.finding)
    writer.write("Your name and position", story.writer)
    writer.press("Send the finding")
    writer.is_at("Thank you, your finding has arrived")
    stranger = meet(story.language)
    stranger.page.goto(link[:-3] + "/")
    stranger.is_at("This link does not work")
    stranger.look("directorate-unknown")


def test_a_member_of_a_directorate_finds_the_requests_by_account(language: str, site: Site, meet: Meet) -> None:
    story = ARABIC if language == "ar" else ENGLISH
    reference = site.file(story.what, language=language, by=story.number)
    site.run(_ASKED, reference=reference, question=story.question)
    member = meet(language)
    come_to_work(member, HAITHAM)
    member.is_at("Requests to the directorate")
    member.look("directorate-requests")
    member.page.get_by_role("link", name=story.what.subject).last.click()
    expect(member.card("What the agency asks you")).to_contain_text(story.question)
    member.look("directorate-by-account")


def _citizen_files(citizen: Person, story: Story) -> str:
    enter(citizen, story.number)
    citizen.follow("Complaint", within=citizen.main)
    citizen.page.get_by_label(citizen.said("Photos or files")).set_input_files(photo("house.jpg"))
    tell_all(citizen, story.what)
    look_for(citizen)
    box = citizen.page.get_by_role("combobox", name=citizen.said("Agency or topic"))
    box.press_sequentially(story.what.typed)
    citizen.page.get_by_role("listbox").get_by_role("option", name=story.what.agency, exact=True).click()
    choose_topic(citizen, story.what.topic)
    citizen.press("Use this choice")
    answer_nothing_more(citizen)
    citizen.choose("SMS")
    citizen.press("Send the complaint")
    return reference_on(citizen)


def _officer_asks(officer: Person, story: Story, site: Site, reference: str) -> str:
    be_signed_in(officer, OMAR)
    officer.open(f"staff/cases/{reference}/")
    officer.page.get_by_role("link", name=officer.said("Ask a directorate")).click()
    officer.pick("Directorate", story.directorate)
    officer.press("Ask the directorate")
    expect(error_of(officer.box("What should the directorate examine?"))).to_be_visible()
    officer.write("What should the directorate examine?", story.question)
    officer.choose("Arabic" if story.language == "ar" else "English")
    officer.look("desk-consult")
    officer.press("Ask the directorate")
    expect(officer.card("Directorates")).to_contain_text(story.question)
    officer.look("desk-case-with-directorate")
    if not story.address:
        return officer.box("The link for the directorate").input_value()
    sent = site.wait_for(to=story.address, template="directorate_request", about=reference)
    found = re.search(r"https?://\S+/directorate/\S+/", sent["body"])
    assert found is not None
    return found[0]


def _directorate_gives_its_time(writer: Person, story: Story, link: str) -> None:
    answer = writer.page.goto(link)
    assert answer is not None
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    expect(writer.page.get_by_role("heading", level=1)).to_have_text(story.what.subject)
    expect(writer.card("What the agency asks you")).to_contain_text(story.question)
    expect(writer.card("What the citizen wrote")).to_contain_text(story.what.details)
    assert story.name not in writer.page.content()
    with writer.page.expect_download() as download:
        writer.card("What the citizen wrote").get_by_role("link").click()
    assert "house" not in download.value.suggested_filename
    writer.look("directorate-request")
    writer.press("Send the time")
    expect(error_of(writer.box("Working days you need"))).to_be_visible()
    writer.write("Working days you need", "3")
    writer.press("Send the time")
    writer.sees("We are telling the agency's officer how long you need.")
    writer.write("Working days you need", "4")
    writer.press("Send a different time")
    expect(error_of(writer.box("Why do you need a different time?"))).to_be_visible()
    expect(writer.box("Working days you need")).to_have_value("4")
    writer.write("Why do you need a different time?", story.reason)
    writer.press("Send a different time")
    expect(writer.card("How long do you need?")).to_contain_text(story.reason)
    writer.look("directorate-time-given")


def _officer_sees_the_time(officer: Person, story: Story, site: Site, reference: str) -> None:
    site.wait_for(to=OMAR, template="officer_directorate", channel="email", about=reference, seen=1)
    officer.open(f"staff/cases/{reference}/")
    expect(officer.card("Directorates")).to_contain_text(story.reason)
    officer.page.get_by_role("link", name=officer.said("Yes, accept")).click()
    expect(officer.box("Directorate").locator("option:checked")).to_have_text(story.directorate)
    expect(officer.box("Time for the answer, in working days")).not_to_have_value("")
    officer.press("Show the date and the message")
    officer.press("Accept and send")
    officer.sees("You accepted the case.")


def _directorate_answers(writer: Person, story: Story) -> None:
    writer.page.reload()
    writer.write("Your finding", story.finding)
    writer.press("Send the finding")
    expect(error_of(writer.box("Your name and position"))).to_be_visible()
    expect(writer.box("Your finding")).to_have_value(story.finding)
    writer.look("directorate-finding-refused")
    writer.write("Your name and position", story.writer)
    writer.page.locator("input[type=file]").set_input_files([photo("joint.jpg")])
    writer.press("Send the finding")
    writer.is_at("Thank you, your finding has arrived")
    writer.look("directorate-done")


def _officer_answers_with_it(officer: Person, story: Story, reference: str) -> None:
    officer.open(f"staff/cases/{reference}/")
    expect(officer.card("Directorates")).to_contain_text(story.finding)
    expect(officer.card("Directorates").get_by_role("link").first).to_have_text("joint.jpg")
    expect(officer.card("Who had the case")).to_contain_text(story.directorate)
    officer.look("desk-case-with-finding")
    officer.page.get_by_role("link", name=officer.said("Close with an answer")).first.click()
    expect(officer.card("What the directorate found")).to_contain_text(story.finding)
    officer.choose("Solved")
    officer.write("What did you find?", story.finding)
    officer.write("What did you do?", story.done)
    officer.look("desk-close-with-finding")
    officer.press("Show what the citizen reads")
    officer.press("Close and send")
    officer.sees("You closed the case.")
