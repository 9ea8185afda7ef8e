"""Filing under poor conditions: in a browser without script, and in a tab that is closed half-way."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import expect

from tests.journeys.acts import choose_topic, enter, photo, reference_on, tell
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter

AMINA, KARIM = "9902103456", "9851204417"
#: Every how many milliseconds static/js/draft.js saves.
EVERY_MS = 20_000
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
    enter(citizen, AMINA)
    citizen.follow("Inquiry")
    citizen.page.get_by_text(citizen.said("Choose from the list of all agencies")).click()
    citizen.pick("All agencies", INQUIRY.agency)
    citizen.press("Continue")
    choose_topic(citizen, INQUIRY.topic)
    citizen.press("Continue")
    tell(citizen, INQUIRY)
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
    citizen.write("Government agency", SUGGESTION.agency)
    citizen.press("Continue")
    choose_topic(citizen, SUGGESTION.topic)
    citizen.press("Continue")
    _types_until_it_is_saved(citizen)
    citizen.page.context.close()

    again = meet("ar", size=PHONE)
    enter(again, KARIM)
    again.follow("Suggestion")
    for label, text in (
        ("Subject in one line", SUGGESTION.subject),
        ("Area or district", SUGGESTION.area),
        ("Describe the place", SUGGESTION.place),
    ):
        expect(again.box(label)).to_have_value(text)
    expect(again.box("Governorate").locator("option:checked")).to_have_text(SUGGESTION.governorate)
    again.write("Details", SUGGESTION.details)
    again.press("Continue")
    expect(again.card("The suggestion")).to_contain_text(SUGGESTION.subject)


def _types_until_it_is_saved(citizen: Person) -> None:
    citizen.is_at("What do you suggest?")
    citizen.page.clock.install()
    citizen.page.reload()
    tell(citizen, replace(SUGGESTION, details=""))
    with citizen.page.expect_response(lambda answer: answer.request.method == "POST") as saved:
        citizen.page.clock.fast_forward(EVERY_MS)
    assert saved.value.status == 204
