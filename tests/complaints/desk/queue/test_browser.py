"""The queue in a browser: its keys, the row opened last, fresh counts, and a look at it in both languages."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from complaints.actions import accept, label
from complaints.desk import queue_lists
from complaints.models import Case, Label
from tests.cast import let_in
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock
from tests.journeys.conftest import DESK, WORKER_IS_BLOCKED
from tests.journeys.look import Looks
from tests.prepared_rows import prepared

type Enter = Callable[[User], Page]

#: Each list and each form of an action is looked at in Arabic, where numbers can turn round; one of a kind in English.
IN_THE_QUEUE = (
    (
        "ar",
        ("", "?view=late&kind=complaint&topic=999", "?view=passed", "?q=انقطاع"),
        ("assign", "label", "unlabel", "link", "remind_officer"),
    ),
    ("en", ("?view=late&kind=complaint&topic=999",), ("remind_officer",)),
)


@pytest.fixture
def enter(browser: Browser, live_server: LiveServer) -> Iterator[Enter]:
    """Return a function that gives somebody a window of the queue; what its console says fails the test."""
    contexts, heard = [], []

    def enter_(user: User) -> Page:
        context = browser.new_context(
            base_url=live_server.url, service_workers="block", viewport=DESK, reduced_motion="reduce"
        )
        let_in(context, live_server.url, user)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text) if message.text != WORKER_IS_BLOCKED else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        contexts.append(context)
        return page

    yield enter_
    for context in contexts:
        context.close()
    assert heard == []


@pytest.fixture
@prepared
def three(file_case: FileCase, now: datetime) -> list[Case]:
    """Three cases in the order of their deadlines."""
    return [file_case(at=now - timedelta(days=days)) for days in (8, 3, 0)]


def here(page: Page) -> list[str]:
    return page.locator("tr.is-here .subject").evaluate_all("links => links.map(link => link.pathname)")


def press(page: Page, code: str, key: str) -> None:
    """Press a key by its place on an Arabic keyboard, which types ``key``."""
    page.evaluate(
        "([code, key]) => (document.activeElement || document.body).dispatchEvent("
        "new KeyboardEvent('keydown', { code, key, bubbles: true, cancelable: true }))",
        [code, key],
    )


@pytest.mark.django_db(transaction=True)
def test_the_keys_move_choose_and_open_by_their_place(enter: Enter, three: list[Case], omar: User) -> None:
    page = enter(omar)
    page.goto("/ar/staff/queue/")
    addresses = [f"/ar/staff/cases/{case.reference}/" for case in three]
    press(page, "KeyJ", "ت")
    press(page, "KeyJ", "ت")
    assert here(page) == [addresses[1]]
    press(page, "KeyX", "ء")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    press(page, "KeyK", "ن")
    press(page, "KeyK", "ن")
    assert here(page) == [addresses[0]]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{addresses[0]}?list=view%3Dopen")
    page.go_back()
    expect(page.locator("tr.is-here")).to_have_count(1)
    assert here(page) == [addresses[0]]
    expect(page.locator("tr.is-here .subject")).to_have_attribute("aria-current", "true")


@pytest.mark.django_db(transaction=True)
def test_the_way_back_from_a_case_leads_to_the_list_it_was_opened_from(
    enter: Enter, three: list[Case], omar: User
) -> None:
    page = enter(omar)
    page.goto("/en/staff/queue/?view=competence&kind=complaint")
    page.locator("a.subject").first.click()
    page.locator("a.back").wait_for()
    # Until the script has run the way back leads to the first list.
    page.wait_for_load_state()
    page.locator("a.back").click()
    expect(page).to_have_url(re.compile("view=competence&kind=complaint$"))
    expect(page.locator("tr.is-here")).to_have_count(1)
    assert here(page) == [f"/en/staff/cases/{three[0].reference}/"]


@pytest.mark.django_db(transaction=True)
def test_no_key_acts_while_somebody_types_or_once_they_are_off(enter: Enter, three: list[Case], omar: User) -> None:
    page = enter(omar)
    page.goto("/en/staff/queue/")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("jx?k")
    expect(page.locator("#find")).to_have_value("jx?k")
    assert here(page) == []
    page.locator("h1").click()
    page.keyboard.press("Shift+?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    page.keyboard.press("j")
    assert here(page) == []
    sheet.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert here(page) == []
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("Shift+?")
    assert here(page) == []
    expect(sheet).to_be_hidden()
    # Whoever turned them off turns them on again by the button.
    page.get_by_role("button", name="all shortcuts").click()
    sheet.get_by_role("checkbox").uncheck()
    sheet.get_by_role("button", name="Close").click()
    page.locator("h1").click()
    page.keyboard.press("j")
    assert here(page) == [f"/en/staff/cases/{three[0].reference}/"]


@pytest.mark.django_db(transaction=True)
def test_eleven_rows_stand_above_the_fold_and_nothing_is_too_small_for_a_finger(
    enter: Enter, file_case: FileCase, omar: User, nadia: User, now: datetime
) -> None:
    for days in range(12):
        case = file_case(
            at=now - timedelta(days=days % 5), subject="كسر في خط مياه رئيسي في شارع المدارس منذ أسبوع كامل"
        )
        accept(case, by=nadia, at=now, days=2)
        label(case, by=omar, at=now, name="جولة ميدانية")
    page, wrong = enter(omar), {}
    for language in ("ar", "en"):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"/{language}/staff/queue/")
        bottoms = page.locator(".table-queue tbody tr").evaluate_all(
            "rows => rows.map(row => row.getBoundingClientRect().bottom)"
        )
        above = sum(bottom <= 800 for bottom in bottoms)
        page.set_viewport_size({"width": 390, "height": 844})
        heights = page.locator(".tile a, .queue-tools summary, tbody .pick label, .bulk .btn").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().height)"
        )
        if above < 11 or min(heights) < 44:
            wrong[language] = (above, min(heights))
    assert wrong == {}


@pytest.mark.django_db(transaction=True)
def test_the_sheet_of_a_case_lists_what_can_be_done_there_and_the_primary_is_pressed_from_a_link(
    enter: Enter, three: list[Case], omar: User
) -> None:
    page = enter(omar)
    page.goto(f"/en/staff/cases/{three[2].reference}/")
    page.keyboard.press("Shift+?")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    lines = sheet.locator("dl > div").all_inner_texts()
    assert "A\nYes, accept" in [" ".join(line.split("\n\n")).replace(" Yes", "\nYes") for line in lines]
    page.keyboard.press("Escape")
    # A link has an Enter of its own, and with Ctrl the browser would open it in another window.
    page.locator("a.back").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/cases/{three[2].reference}/accept/**")
    page.locator("a.back").focus()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator("main .banner, main .flash, main [role=status]").first).to_be_visible()
    three[2].refresh_from_db()
    assert (three[2].state, len(page.context.pages)) == ("in_progress", 1)


@pytest.mark.django_db(transaction=True)
def test_counts_are_asked_for_anew_each_minute(
    enter: Enter, three: list[Case], file_case: FileCase, omar: User
) -> None:
    page = enter(omar)
    page.clock.install()
    page.goto("/en/staff/queue/?view=competence")
    expect(page).to_have_title("(3) Responsibility to confirm – At Your Service")
    file_case()
    page.clock.run_for(75_000)
    expect(page).to_have_title("(4) Responsibility to confirm – At Your Service")
    expect(page.get_by_role("link", name="Responsibility to confirm 4").first).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_the_queue_looks_well_with_everything_on_it(
    enter: Enter, three: list[Case], file_case: FileCase, omar: User, nadia: User, now: datetime, clock: Clock
) -> None:
    label(three[0], by=omar, at=now, name="جولة ميدانية")
    accept(three[1], by=omar, at=now, days=2)
    queue_lists.save_filter(
        omar, at=now, name="متأخرات حي نزال", query={"view": "late", "topic": "999"}, agency=three[0].agency_id
    )
    queue_lists.save_filter(omar, at=now, name="Praise of the week", query={"kind": "praise"})
    page, looks = enter(omar), Looks(pictures=False)
    for language, queries, deeds in IN_THE_QUEUE:
        for query in queries:
            page.goto(f"/{language}/staff/queue/{query}")
            page.locator("details.filters").evaluate_all("all => all.forEach(one => { one.open = true; })")
            looks.at(page, f"queue-{query}", language=language)
        for deed in deeds:
            page.goto(f"/{language}/staff/queue/")
            page.locator("[data-pick-all]").check()
            page.locator("#bulk-action").select_option(deed)
            page.locator(".bulk button").click()
            looks.at(page, f"queue-{deed}", language=language)
        page.locator("button[name=send]").click()
        looks.at(page, "queue-done", language=language)
    assert Label.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_script_the_boxes_and_filters_work_as_they_are(
    browser: Browser, live_server: LiveServer, three: list[Case], omar: User
) -> None:
    with browser.new_context(base_url=live_server.url, java_script_enabled=False) as context:
        let_in(context, live_server.url, omar)
        page = context.new_page()
        page.goto("/en/staff/queue/")
        page.locator("tbody .pick input").first.check()
        page.locator("#bulk-action").select_option("label")
        page.locator(".bulk button").click()
        page.get_by_label("Label").fill("tour")
        page.locator("button[name=send]").click()
        expect(page.get_by_text("Applied to 1 case.")).to_be_visible()
    assert list(Label.objects.values_list("name", flat=True)) == ["tour"]
