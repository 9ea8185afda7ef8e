"""A person's hand in a browser: it presses what stands on the page, waits for what comes of it, and counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page

from accounts.models import User
from complaints.models import Case
from tests.cast import sign_in


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
