"""A case closed and that undone, and a directorate's page answered, with the keyboard alone."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from agencies.models import Directorate
from complaints.actions.consultations import consult
from complaints.engine import links
from complaints.models import Case, Consultation, ConsultationState
from notifications.models import Message
from tests.cast import sign_in
from tests.complaints import DONE, FOUND
from tests.journeys.conftest import DESK

pytestmark = pytest.mark.django_db(transaction=True)

#: More stops than a page has.
MOST_STOPS = 120


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of a fresh browser at a desk."""
    with browser.new_context(service_workers="block", viewport=DESK, reduced_motion="reduce") as context:
        yield context.new_page()


def reach(page: Page, selector: str) -> None:
    """Press Tab until the first thing that fits ``selector`` has the focus."""
    for _ in range(MOST_STOPS):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key does not reach {selector}")


def write(page: Page, selector: str, text: str) -> None:
    reach(page, selector)
    page.keyboard.insert_text(text)


def send(page: Page, key: str = "Enter") -> None:
    """Press a key and wait for the page that comes of it, with its scripts."""
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.mark.usefixtures("undo_window")
def test_a_case_is_closed_and_that_undone(page: Page, live_server: LiveServer, accepted: Case, omar: User) -> None:
    cookie = sign_in(Client(), omar).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"{live_server.url}/en/staff/queue/")
    page.keyboard.press("j")
    send(page)
    expect(page).to_have_url(f"{live_server.url}/en/staff/cases/{accepted.reference}/?list=view%3Dopen")
    send(page, "c")
    expect(page).to_have_url(f"{live_server.url}/en/staff/cases/{accepted.reference}/close/?list=view%3Dopen")
    reach(page, "[name=outcome]")
    page.keyboard.press("Space")
    write(page, "[name=found]", FOUND)
    write(page, "[name=done]", DONE)
    reach(page, "main .actions button:not([name])")
    send(page)
    reach(page, "button[name=send]")
    send(page)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.outcome) == ("closed", "solved")
    send(page, "z")
    expect(page).to_have_url(f"{live_server.url}/en/staff/cases/{accepted.reference}/undo/?list=view%3Dopen")
    reach(page, "button[name=send]")
    send(page)
    expect(page.get_by_text("Undone. No message was sent.")).to_be_visible()
    accepted.refresh_from_db()
    about = Message.objects.filter(reference=accepted.reference, template="case_answered")
    assert (accepted.state, list(about.values_list("state", "tries"))) == ("in_progress", [("cancelled", 0)])


def test_a_directorate_answers_its_link(
    page: Page, live_server: LiveServer, accepted: Case, omar: User, network: Directorate, now: datetime
) -> None:
    asked = consult(accepted, by=omar, at=now, directorate=network, text="ما سبب الانقطاع؟", language="en")
    page.goto(live_server.url + "/" + links.link_url(asked).split("/", 3)[3])
    write(page, "[name=days]", "3")
    send(page)
    assert Consultation.objects.get().days == 3
    write(page, "[name=finding]", FOUND)
    write(page, "[name=signed_as]", "Haitham Adwan")
    send(page)
    assert Consultation.objects.get().state == ConsultationState.FOUND
