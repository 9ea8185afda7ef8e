"""What script adds to a form: it saves itself, is sent once after the network was away, and Back asks for no form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Citizen
from complaints.models import Case, UnsentForm
from tests.cast import let_in

pytestmark = pytest.mark.django_db(transaction=True)

#: Every how many milliseconds static/js/unsent.js saves.
EVERY_MS = 10_000
#: A minute more than static/js/session.js waits before it asks for the first time.
FIRST_ASKED_MS = 28 * 60_000


@pytest.fixture
def context(browser: Browser, live_server: LiveServer, amina: Citizen) -> Iterator[BrowserContext]:
    """The browser of amina, who is signed in."""
    with browser.new_context(base_url=live_server.url, service_workers="block") as context:
        let_in(context, live_server.url, amina)
        yield context


def add_page(context: BrowserContext, case: Case) -> Page:
    page = context.new_page()
    page.goto(f"/en/cases/{case.reference}/add/")
    return page


def box(page: Page):
    return page.get_by_label("What do you want to add?")


def wait_for_the_script(page: Page) -> None:
    """Return once the script of a page of errors has run: it gives the focus to their summary, after all else."""
    expect(page.get_by_role("heading", name="1 thing to fix")).to_be_visible()
    expect(page.locator(".summary-errors")).to_be_focused()


def test_typing_is_saved_and_the_older_tab_is_told(context: BrowserContext, accepted: Case) -> None:
    older = context.new_page()
    older.clock.install()
    older.goto(f"/en/cases/{accepted.reference}/add/")
    newer = context.new_page()
    newer.clock.install()
    newer.goto(f"/en/cases/{accepted.reference}/add/")
    box(newer).fill("From the newer tab.")
    with newer.expect_response(lambda answer: answer.request.method == "POST"):
        newer.clock.fast_forward(EVERY_MS)
    expect(newer.get_by_text("Draft saved at")).to_be_visible()
    newer.goto("/en/cases/")
    expect(newer.get_by_text("From the newer tab.").first).to_be_visible()
    box(older).fill("From the older tab.")
    older.clock.fast_forward(EVERY_MS)
    expect(older.get_by_role("alert")).to_contain_text("You opened this form again in another tab")
    assert UnsentForm.objects.count() == 1


def test_back_and_reload_after_an_error_ask_for_the_page_and_not_for_the_form(
    context: BrowserContext, accepted: Case
) -> None:
    page = add_page(context, accepted)
    box(page).fill(" ")
    page.get_by_role("button", name="Send information").click()
    wait_for_the_script(page)
    reloaded = page.reload()
    assert reloaded is not None
    assert (reloaded.request.method, reloaded.status) == ("GET", 200)
    page.get_by_role("button", name="Send information").click()
    wait_for_the_script(page)
    box(page).fill("It is off again.")
    page.get_by_role("button", name="Send information").click()
    expect(page.get_by_text("What you added was sent.")).to_be_visible()
    back = page.go_back()
    assert back is not None
    assert (back.request.method, back.status, page.url.endswith("/add/")) == ("GET", 200, True)


def test_a_form_pressed_without_a_network_is_sent_once_when_it_is_back(context: BrowserContext, accepted: Case) -> None:
    page = add_page(context, accepted)
    context.set_offline(True)
    box(page).fill("Written under the bridge.")
    page.get_by_role("button", name="Send information").click()
    expect(page.locator("#offline [data-kept]")).to_be_visible()
    kept = page.evaluate("sessionStorage.getItem('to-send')")
    context.set_offline(False)
    with suppress(Error):  # the page may have left to send the form before this is said to it once more
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("What you added was sent.")).to_be_visible()
    # A tab that was copied or loaded again has the same form, and sends it without being asked.
    copy = context.new_page()
    copy.add_init_script(
        f"if (!sessionStorage.seen) {{ sessionStorage.setItem('to-send', {kept!r}); sessionStorage.seen = 1; }}"
    )
    copy.goto(f"/en/cases/{accepted.reference}/")
    expect(copy.get_by_text("This was already sent.")).to_be_visible()
    assert accepted.additions.count() == 1


def test_two_minutes_before_the_end_every_tab_asks_and_one_press_stays(context: BrowserContext, accepted: Case) -> None:
    left = {"ends_in": 110, "can_stay": True}

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            left["ends_in"] = 1800
        route.fulfill(json=left)

    context.route(re.compile("/session/$"), answer)
    pages = [context.new_page(), context.new_page()]
    for page in pages:
        page.clock.install()
        page.goto(f"/en/cases/{accepted.reference}/add/")
        page.clock.fast_forward(FIRST_ASKED_MS)
        expect(page.get_by_role("dialog", name="Your session")).to_contain_text("you will be signed out at")
    expect(pages[0].get_by_role("button", name="Stay signed in")).to_be_focused()
    pages[0].keyboard.press("Enter")
    for page in pages:
        expect(page.get_by_role("dialog")).to_be_hidden()
    left["ends_in"] = 0
    pages[0].clock.fast_forward(FIRST_ASKED_MS)
    expect(pages[0].get_by_role("dialog")).to_contain_text("it comes back after you sign in")
