"""Filing under poor conditions: in a browser without script, and in a tab that is closed half-way."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import expect

from tests.journeys.acts import (
    Newcomer,
    choose_topic,
    enter,
    enter_by_password,
    give_details,
    look_for,
    photo,
    reference_on,
    tell,
    tell_all,
)
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter

AMINA, KARIM = "9902103456", "9851204417"
#: Every how many milliseconds static/js/draft.js saves.
EVERY_MS = 10_000
#: What the topic of the inquiry asks, as its file says it.
METER = "رقم الاشتراك"
WATER = "شركة مياه الأردن (مياهنا)"
INQUIRY = Matter(
    agency=WATER,
    topic="فواتير المياه والعدادات",
    subject="متى يُقرأ عداد بنايتنا؟",
    details="وصلت فاتورتان في شهر واحد. أريد أن أعرف في أي يوم يُقرأ العداد، وكيف أبلغ عن قراءة خاطئة.",
    governorate="العاصمة",
    area="الجبيهة",
    place="شارع 12، بناية 7",
)
DARK_STREET = Matter(
    topic="إنارة الشوارع",
    subject="شارعنا في ماركا مظلم منذ شهر",
    details="لا يعمل أي مصباح بعد المغرب، والأطفال يعودون من المدرسة المسائية في الظلام.",
    governorate="العاصمة",
    area="ماركا",
    place="قرب بناية 21",
)
#: Of the embedded register; no other journey registers her.
SUAD = Newcomer(
    number="9682104472",
    names=("سعاد", "نايف", "فهد", "المجالي"),
    born=date(1968, 2, 29),
    phone="0797778899",
    governorate="العاصمة",
    city="عمّان",
    address="ماركا، شارع 5، بناية 21",
)
SUGGESTION = Matter(
    agency=WATER,
    topic="فواتير المياه والعدادات",
    subject="رسالة قبل قراءة العداد بيوم",
    details="لو وصلت رسالة قصيرة قبل قراءة العداد بيوم لأمكن فتح غرفة العدادات في وقتها.",
    governorate="إربد",
    area="حي الجامعة",
    place="بناية 3",
)


def test_filing_works_in_a_browser_without_script(meet: Meet) -> None:
    citizen = meet("ar", size=PHONE, script=False)
    enter_by_password(citizen, AMINA)
    citizen.follow("Inquiry")
    # Published answers come first.
    citizen.page.locator("main a[href$='?ask=1']").click()
    tell_all(citizen, INQUIRY)
    look_for(citizen)
    citizen.page.get_by_text(citizen.said("Choose from the list of all agencies")).click()
    citizen.pick("All agencies", INQUIRY.agency)
    citizen.press("Use this choice")
    choose_topic(citizen, INQUIRY.topic)
    citizen.press("Continue", within=citizen.page.locator("#search"))
    citizen.page.get_by_label(METER).fill("1-40-22871")
    citizen.page.get_by_label(citizen.said("Photos or files")).set_input_files(photo("meter.jpg"))
    citizen.press("Upload the files and stay here")
    expect(citizen.page.get_by_text("meter.jpg").first).to_be_visible()
    expect(citizen.box("Subject in one line")).to_have_value(INQUIRY.subject)
    expect(citizen.page.get_by_label(METER)).to_have_value("1-40-22871")
    citizen.press("Continue")
    expect(citizen.card("The inquiry")).to_contain_text("1-40-22871")
    citizen.choose("SMS")
    citizen.press("Send the inquiry")
    reference = reference_on(citizen)
    citizen.follow("Track the inquiry")
    expect(citizen.page.locator("h1")).to_have_text(INQUIRY.subject)
    expect(citizen.page.get_by_role("link", name="meter.jpg")).to_be_visible()
    expect(citizen.page.get_by_text("1-40-22871")).to_be_visible()
    citizen.site.wait_for(to="+962790001234", template="case_received", about=reference)


def test_a_draft_survives_a_closed_tab(meet: Meet) -> None:
    citizen = meet("ar", size=PHONE)
    enter(citizen, KARIM)
    citizen.follow("Suggestion")
    _types_until_it_is_saved(citizen)
    citizen.page.context.close()

    again = meet("ar", size=PHONE)
    enter(again, KARIM)
    again.sees("Not sent yet")
    again.follow("Suggestion", within=again.main)
    again.is_at("You began this and did not send it")
    again.look("new-open")
    again.main.get_by_role("link", name=re.compile(again.said("Continue"))).click()
    again.is_at("Who is it for?")
    again.follow("Back")
    for label, text in (
        ("Subject in one line", SUGGESTION.subject),
        ("Area or district", SUGGESTION.area),
        ("Describe the place", SUGGESTION.place),
    ):
        expect(again.box(label)).to_have_value(text)
    expect(again.box("Governorate").locator("option:checked")).to_have_text(SUGGESTION.governorate)
    again.press("Continue")
    again.choose("Nothing fits: send it to the %(unit)s")
    again.press("Continue")
    expect(again.card("The suggestion")).to_contain_text(SUGGESTION.subject)


def _types_until_it_is_saved(citizen: Person) -> None:
    citizen.is_at("What do you suggest?")
    citizen.page.clock.install()
    citizen.page.reload()
    tell(citizen, SUGGESTION)
    # Beside it the page asks whether the words tell of danger.
    with citizen.page.expect_response(
        lambda answer: answer.request.method == "POST" and "/what/" in answer.url
    ) as saved:
        citizen.page.clock.fast_forward(EVERY_MS)
    assert saved.value.status == 204


def test_a_complaint_written_before_registering_is_sent_after_it_once(meet: Meet) -> None:
    """Nobody signs in to write; registering at "send" keeps the purpose and the draft."""
    citizen = meet("ar", size=PHONE)
    citizen.open("")
    citizen.follow("Complaint", within=citizen.main)
    citizen.is_at("What happened?")
    tell_all(citizen, DARK_STREET)
    citizen.choose("Nothing fits: send it to the %(unit)s")
    citizen.press("Continue")
    citizen.is_at("Check, then send")
    citizen.look("new-check-visitor")
    citizen.follow("Create an account and send")
    give_details(citizen, SUAD)
    citizen.is_at("Check, then send")
    expect(citizen.card("The complaint")).to_contain_text(DARK_STREET.subject)
    citizen.choose("SMS")
    citizen.press("Send the complaint")
    reference = reference_on(citizen)
    citizen.open("cases/")
    expect(citizen.page.locator("main .ref")).to_have_count(1)
    citizen.site.wait_for(to=SUAD.international, template="case_received_triage", about=reference)
