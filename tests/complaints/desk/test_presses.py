"""How many presses the daily acts take from the list: by pointer, and by keys."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from agencies.models import Agency, Directorate, Topic
from complaints.actions import accept
from complaints.models import Case, StandardText
from tests.cast import sign_in
from tests.complaints import DONE, FOUND, NOT_OURS
from tests.complaints.cases import FileCase
from tests.journeys.conftest import DESK

pytestmark = pytest.mark.django_db(transaction=True)


class Hand:
    """Presses what a person would press, waits for the page that comes of it, and counts."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site, self.presses = page, site, 0

    def begin(self, person: User, address: str) -> None:
        """Sign ``person`` in, open a list, and count from there."""
        cookie = sign_in(Client(), person).cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.clear_cookies()
        self.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.site}])
        self.page.goto(f"{self.site}/en/staff/{address}")
        self.presses = 0

    def click(self, target: Locator, *, leads_on: bool = True) -> None:
        self._press(target.click, leads_on=leads_on)

    def key(self, key: str, *, leads_on: bool = True) -> None:
        self._press(lambda: self.page.keyboard.press(key), leads_on=leads_on)

    def _press(self, press: Callable[[], Any], *, leads_on: bool) -> None:
        self.presses += 1
        if not leads_on:
            press()
            return
        with self.page.expect_navigation():
            press()

    def link(self, text: str) -> Locator:
        return self.page.locator("main").get_by_role("link", name=text)

    def button(self, text: str) -> Locator:
        return self.page.locator("main").get_by_role("button", name=text, exact=True)

    def row(self, case: Case) -> Locator:
        return self.page.locator(f"a.subject[href*='{case.reference}']")


@pytest.fixture
def hand(browser: Browser, live_server: LiveServer) -> Iterator[Hand]:
    with browser.new_context(service_workers="block", viewport=DESK, reduced_motion="reduce") as context:
        yield Hand(context.new_page(), live_server.url)


@pytest.fixture
def cases(
    file_case: FileCase, omar: User, gam: Agency, network: Directorate, outage: Topic, now: datetime
) -> dict[str, Case]:
    """A case for each act; its topic suggests another agency, and the desk has a standard text."""
    Topic.objects.filter(pk=outage.pk).update(suggested_agency=gam)
    words = {"found": FOUND, "done": DONE, "changed_by": omar, "changed_at": now}
    StandardText.objects.create(title="Mended", agency=network.agency, outcome="solved", **words)
    cases = {act: file_case() for act in ("accept", "accept by keys", "close", "decline and text")}
    accept(cases["close"], by=omar, at=now, days=2, directorate=network)
    return cases


@pytest.mark.usefixtures("yusuf")
def test_daily_acts_take_few_presses(hand: Hand, cases: dict[str, Case], omar: User, lina: User, gam: Agency) -> None:
    found = {
        "accept": _accept(hand, cases["accept"], omar),
        "accept by keys": _accept_by_keys(hand, omar),
        "close": _close(hand, cases["close"], omar),
        "decline and text": _decline(hand, cases["decline and text"], omar, gam),
        "refer": _refer(hand, lina, gam),
    }
    states = {act: Case.objects.get(pk=case.pk).state for act, case in cases.items()}
    accepted = dict.fromkeys(("accept", "accept by keys"), "in_progress")
    assert states == {**accepted, "close": "closed", "decline and text": "referred"}
    assert found == {"accept": 3, "accept by keys": 4, "close": 4, "decline and text": 4, "refer": 1}


def _accept(hand: Hand, case: Case, officer: User) -> int:
    hand.begin(officer, "queue/?view=competence&sort=oldest")
    hand.click(hand.row(case))
    hand.click(hand.link("Yes, accept"))
    hand.click(hand.button("Accept and send"))
    return hand.presses


def _accept_by_keys(hand: Hand, officer: User) -> int:
    hand.begin(officer, "queue/?view=competence&sort=oldest")
    hand.key("j", leads_on=False)
    for key in ("Enter", "a", "Enter"):
        hand.key(key)
    return hand.presses


def _close(hand: Hand, case: Case, officer: User) -> int:
    hand.begin(officer, "queue/?view=progress&sort=newest")
    hand.click(hand.row(case))
    hand.click(hand.link("Close with an answer"))
    hand.click(hand.button("Mended"), leads_on=False)
    hand.click(hand.button("Close and send"))
    return hand.presses


def _decline(hand: Hand, case: Case, officer: User, other: Agency) -> int:
    hand.begin(officer, "queue/?view=competence&sort=newest")
    hand.click(hand.row(case))
    hand.click(hand.link("No, decline with a reason"))
    hand.page.fill("[name=text]", NOT_OURS)
    hand.click(hand.button(other.name_en), leads_on=False)
    hand.click(hand.button("Decline and send to the CMU"))
    return hand.presses


def _refer(hand: Hand, unit: User, agency: Agency) -> int:
    hand.begin(unit, "triage/")
    hand.click(hand.page.locator("main").get_by_role("button", name=agency.name_en).first)
    return hand.presses
