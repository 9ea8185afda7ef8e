"""What script adds to filing: the type-ahead that folds as the server does, and the draft that saves itself."""

import random
import re
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Citizen
from agencies.models import Agency, Governorate, Topic
from complaints.models import Draft
from complaints.suggestions.suggestion_model import forget
from kit.arabic import fold, strip_prefixes
from tests.cast import let_in, make_agency
from tests.journeys.acts import photo

#: Every how many milliseconds static/js/draft.js saves.
SAVES_EVERY_MS = 10_000
SCRIPTS = re.compile(r"/js/(agency|draft|uploads)\.js$")
SCRIPT = settings.BASE_DIR / "static/js/agency.js"
LETTERS = "أإآٱاىةؤئکیءبتثجحخدذرزسشصضطظعغفقكلمنهوي" + "\u0640\u064b\u064e\u0651\u0652\u0670" + "٠٥٩۰۵ 12 _-،.AbÉzﻻﷲ"
SAMPLES = [
    "شركة المياه",
    "وزارة التربية والتعليم",
    "المملكة الأردنية",
    "للصحة وللتعليم وبالبلدية",
    "الـمـيـاه",
    "مِياهُنا",
    "الرد",
    "Ministry of Health",
    "١٢٣ شارع",
]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of a fresh browser."""
    with browser.new_context(service_workers="block") as context:
        yield context.new_page()


@pytest.fixture
def citizen_page(page: Page, live_server: LiveServer, amina: Citizen) -> Page:
    """A browser in which amina is signed in."""
    let_in(page.context, live_server.url, amina)
    return page


def test_the_script_folds_arabic_as_the_server_does(page: Page) -> None:
    dice = random.Random(1)
    noise = ["".join(dice.choices(LETTERS, k=dice.randint(1, 24))) for _ in range(2000)]
    texts = [*SAMPLES, *noise]
    page.add_script_tag(path=SCRIPT)
    folded = page.evaluate("texts => texts.map(text => [arabic.fold(text), arabic.strip(text)])", texts)
    assert folded == [[fold(text), strip_prefixes(text)] for text in texts]


@pytest.mark.usefixtures("outage")
@pytest.mark.django_db(transaction=True)
def test_an_agency_is_found_by_a_service_and_chosen_with_the_keys(
    citizen_page: Page, live_server: LiveServer, water: Agency, gam: Agency
) -> None:
    make_agency("awc", "شركة مياه العقبة", "Aqaba Water", short_name_ar="مياه العقبة", short_name_en="Aqaba Water")
    citizen_page.goto(f"{live_server.url}/ar/new/complaint/agency/")
    box = citizen_page.get_by_role("combobox", name="الجهة أو الموضوع")
    box.press_sequentially("المِياه")
    offered = citizen_page.get_by_role("listbox").get_by_role("option")
    expect(offered.filter(has_not_text="موضوع.")).to_have_text(["شركة مياه الأردن", "شركة مياه العقبة"])
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(citizen_page.get_by_role("listbox").get_by_role("option", selected=True)).to_have_text("شركة مياه العقبة")
    box.press("Enter")
    expect(box).to_have_value("شركة مياه العقبة")
    expect(citizen_page.get_by_role("listbox")).to_be_hidden()
    box.fill("الفواتير")
    offered.first.click()
    # The topics follow the agency before anything is pressed.
    expect(citizen_page.get_by_text("ما موضوع الشكوى؟")).to_be_visible()
    citizen_page.get_by_role("button", name="اعتماد هذا الاختيار").click()
    expect(citizen_page.get_by_role("heading", level=1)).to_have_text("ما الموضوع لدى شركة مياه الأردن؟")
    assert Draft.objects.get().agency == water


@pytest.mark.django_db(transaction=True)
def test_a_topic_stands_among_the_agencies_and_is_chosen_with_its_agency(
    citizen_page: Page, live_server: LiveServer, water: Agency, outage: Topic
) -> None:
    Topic.objects.filter(pk=outage.pk).update(suggested_agency=water)
    forget()
    citizen_page.goto(f"{live_server.url}/ar/new/complaint/agency/")
    box = citizen_page.get_by_role("combobox", name="الجهة أو الموضوع")
    box.press_sequentially("انقطاع")
    topic = citizen_page.get_by_role("listbox").get_by_role("option").filter(has_text="موضوع. شركة مياه الأردن")
    expect(topic).to_contain_text("انقطاع المياه")
    topic.click()
    expect(box).to_have_value("انقطاع المياه")
    citizen_page.get_by_role("button", name="اعتماد هذا الاختيار").click()
    expect(citizen_page).to_have_url(re.compile("/what/"))
    assert (Draft.objects.get().agency, Draft.objects.get().topic) == (water, outage)


@pytest.mark.usefixtures("outage", "water")
@pytest.mark.django_db(transaction=True)
def test_escape_closes_the_list_and_a_word_unknown_to_it_goes_to_the_server(
    citizen_page: Page, live_server: LiveServer
) -> None:
    citizen_page.goto(f"{live_server.url}/ar/new/complaint/agency/")
    box = citizen_page.get_by_role("combobox", name="الجهة أو الموضوع")
    box.press_sequentially("مياه")
    expect(citizen_page.get_by_role("listbox")).to_be_visible()
    box.press("Escape")
    expect(citizen_page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("مياه")
    box.fill("قلعة في الهواء")
    expect(citizen_page.get_by_role("status")).to_contain_text("لا توجد جهة ولا موضوع يناسب هذه الكلمات")
    box.press("Enter")
    expect(citizen_page.locator("#errors")).to_contain_text("لا توجد جهة ولا موضوع يطابق")
    expect(box).to_have_value("قلعة في الهواء")


@pytest.mark.usefixtures("outage", "water", "media")
@pytest.mark.django_db(transaction=True)
def test_what_is_done_before_the_scripts_have_come_over_a_slow_network_is_taken_up(
    citizen_page: Page, live_server: LiveServer
) -> None:
    citizen_page.route(SCRIPTS, hold)
    citizen_page.goto(f"{live_server.url}/ar/new/complaint/agency/", wait_until="commit")
    box = citizen_page.locator("[data-agency] input[type=text]")
    box.press_sequentially("مي")
    let_come(citizen_page)
    expect(citizen_page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    expect(box).to_be_focused()
    citizen_page.keyboard.type("اه")
    expect(box).to_have_value("مياه")
    citizen_page.clock.install()
    citizen_page.route(SCRIPTS, hold)
    citizen_page.goto(f"{live_server.url}/ar/new/complaint/", wait_until="commit")
    citizen_page.locator("[data-uploads] input[type=file]").first.set_input_files(photo("a.jpg"))
    citizen_page.locator("#id_details").fill("كتبتها قبل أن تصل النصوص البرمجية.")
    let_come(citizen_page)
    expect(citizen_page.locator("[data-list] img.mini")).to_have_count(1)
    citizen_page.clock.fast_forward(SAVES_EVERY_MS)
    wait_for_the_words()


def wait_for_the_words() -> None:
    """Return once what was written is in a draft."""
    deadline = time.monotonic() + 60
    while not Draft.objects.filter(details__startswith="كتبتها").exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def hold(_script: Route) -> None:
    """Let a script wait until the route is taken away."""


def let_come(page: Page) -> None:
    """Let the scripts come that are held back, of which none has come before."""
    with page.expect_event("requestfinished", lambda request: SCRIPTS.search(request.url)):
        page.unroute(SCRIPTS)


@pytest.mark.usefixtures("water")
@pytest.mark.django_db(transaction=True)
def test_older_words_that_are_being_saved_do_not_arrive_after_newer_ones_that_are_sent(
    citizen_page: Page, live_server: LiveServer
) -> None:
    held: list[Route] = []
    sent: list[str] = []

    def keep(saving: Route) -> None:
        held.append(saving)

    citizen_page.clock.install()
    citizen_page.goto(f"{live_server.url}/ar/new/complaint/what/")
    citizen_page.route(re.compile("/what/"), keep, times=1)
    citizen_page.on("request", lambda request: sent.append(request.method) if "/what/" in request.url else None)
    box = citizen_page.locator("#id_details")
    box.fill("المياه مقطوعة")
    with citizen_page.expect_request(re.compile("/what/")):
        citizen_page.clock.fast_forward(SAVES_EVERY_MS)
    box.fill("المياه مقطوعة منذ يوم الأحد")
    citizen_page.get_by_role("button", name="متابعة").click()
    assert sent == ["POST"]
    held[0].continue_()
    expect(citizen_page.get_by_role("heading", level=1)).to_have_text("إلى أي جهة؟")
    assert Draft.objects.get().details == "المياه مقطوعة منذ يوم الأحد"


#: Counts how often the microphone is asked for.
COUNTS_MICROPHONES = """() => {
    const devices = navigator.mediaDevices, ask = devices.getUserMedia.bind(devices);
    self.asked = 0;
    devices.getUserMedia = wanted => { asked += 1; return ask(wanted); };
}"""


@pytest.mark.usefixtures("media", "water")
@pytest.mark.django_db(transaction=True)
def test_a_button_that_is_pressed_twice_in_haste_opens_the_microphone_once(
    citizen_page: Page, live_server: LiveServer
) -> None:
    citizen_page.context.grant_permissions(["microphone"])
    citizen_page.goto(f"{live_server.url}/ar/new/complaint/what/")
    citizen_page.evaluate(COUNTS_MICROPHONES)
    button = citizen_page.locator("[data-record]")
    button.evaluate("button => { button.click(); button.click(); }")
    # What is stopped within its first second may be empty.
    expect(citizen_page.locator("[data-record-status]")).to_have_text(re.compile(r"\d+ / 60"))
    assert citizen_page.evaluate("asked") == 1
    button.click()
    expect(citizen_page.locator(".files audio")).to_have_count(1)


@pytest.mark.django_db(transaction=True)
def test_words_typed_before_the_tab_is_closed_are_there_afterwards(
    citizen_page: Page, live_server: LiveServer, draft: Draft
) -> None:
    what = f"{live_server.url}/ar/new/complaint/what/"
    citizen_page.goto(what)
    citizen_page.locator("#id_details").fill("كتبتها ثم أغلقت الصفحة دون حفظ.")
    # The browser sends it after the page is gone, where Playwright no longer looks; the draft knows when it arrived.
    citizen_page.close()
    wait_for_the_words()
    reopened = citizen_page.context.new_page()
    reopened.goto(what)
    expect(reopened.locator("#id_details")).to_have_value("كتبتها ثم أغلقت الصفحة دون حفظ.")


@pytest.mark.django_db(transaction=True)
def test_the_location_is_asked_for_by_the_button_alone_and_a_refusal_is_said(
    browser: Browser, live_server: LiveServer, amman: Governorate, outage: object
) -> None:
    for powers, said in ((["geolocation"], "أُضيف موقعكم"), ([], "لم يسمح الهاتف بذلك")):
        place = {"latitude": 31.95394, "longitude": 35.91067}
        with browser.new_context(service_workers="block", permissions=powers, geolocation=place) as context:
            page = context.new_page()
            page.goto(f"{live_server.url}/ar/new/complaint/")
            expect(page.locator("[data-place-status]")).to_have_text("")
            page.get_by_role("button", name="استخدام موقعي").click()
            expect(page.locator("[data-place-status]")).to_contain_text(said)
            if not powers:
                continue
            page.locator("#id_details").fill("حفرة في الشارع")
            page.get_by_role("button", name="متابعة").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("إلى أي جهة؟")
            assert (Draft.objects.get().latitude, Draft.objects.get().longitude) == (31.9539, 35.9107)
