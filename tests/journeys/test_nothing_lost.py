"""Nothing typed is lost: the network goes away as a case is sent, and the session ends as its citizen writes more."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.acts import enter_by_password, reference_on, sign_in, tell_all
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.site import Matter

AMINA = "9902103456"
MORE = "زارنا موظف أمس وقال إن العداد لا يعمل."
SUGGESTION = Matter(
    agency="شركة مياه الأردن (مياهنا)",
    topic="فواتير المياه والعدادات",
    subject="صورة العداد مع الفاتورة",
    details="لو جاءت مع كل فاتورة صورة العداد يوم قراءته لقلّت الشكاوى من الفواتير.",
    governorate="العاصمة",
    area="الجبيهة",
    place="شارع 12، بناية 7",
)


def test_offline_and_back_is_one_case_and_a_session_that_ends_while_writing_loses_no_word(meet: Meet) -> None:
    citizen = meet("ar", size=PHONE)
    enter_by_password(citizen, AMINA)
    citizen.follow("Suggestion")
    tell_all(citizen, SUGGESTION)
    citizen.choose("Nothing fits: send it to the %(unit)s")
    citizen.press("Continue")
    citizen.choose("SMS")
    context = citizen.page.context
    context.set_offline(True)
    citizen.press("Send the suggestion")
    expect(citizen.page.locator("#offline [data-kept]")).to_be_visible()
    context.set_offline(False)
    reference = reference_on(citizen)
    citizen.open("cases/")
    expect(citizen.page.get_by_text(SUGGESTION.subject)).to_have_count(1)

    citizen.open(f"cases/{reference}/add/")
    citizen.write("What do you want to add?", MORE)
    context.clear_cookies(name="session")
    citizen.page.locator("main form button.btn").click()
    citizen.sees("What you have just sent is kept for one hour. It comes back as soon as you sign in.")
    sign_in(citizen, AMINA)
    expect(citizen.box("What do you want to add?")).to_have_value(MORE)
    citizen.look("session-over")
    citizen.page.locator("main form button.btn").click()
    citizen.sees("What you added was sent.")
