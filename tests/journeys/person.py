"""A person at a browser: reads one language, and knows the pages by the words on them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import APIResponse, Locator, Page, expect

from kit.unit import unit_name
from tests.journeys.look import Looks
from tests.journeys.site import Site


@dataclass(frozen=True)
class Person:
    """Somebody with a window of the system; every English text below is looked up in their language."""

    page: Page
    site: Site
    language: str
    looks: Looks

    # ---- words ----

    def said(self, text: str, context: str = "") -> str:
        """Return ``text`` as the pages of this person say it."""
        with override(self.language):
            found = pgettext(context, text) if context else gettext(text)
            found = found.replace("%(unit)s", unit_name())
        assert found != text or self.language == "en", f"the catalogue does not have: {text}"
        return found

    @property
    def main(self) -> Locator:
        """Return the page without what stands on every page, such as the shortcuts."""
        return self.page.get_by_role("main")

    # ---- going about ----

    def open(self, path: str) -> None:
        """Go to an address within the pages of the person's language."""
        self.page.goto(f"/{self.language}/{path}")

    def read(self, path: str) -> APIResponse:
        """Return what an address answers, without a page of it.

        A kept connection may be closed by the server, after five seconds, as it is used again: a browser asks anew.
        """
        return self.page.request.get(path, max_retries=2)

    def follow(self, text: str, *, within: Locator | None = None, context: str = "") -> None:
        """Follow the link that says ``text``."""
        self.ready((within or self.page).get_by_role("link", name=self.said(text, context), exact=True)).click()

    def press(self, text: str, *, within: Locator | None = None) -> None:
        """Press the button that says ``text``."""
        self.ready((within or self.page).get_by_role("button", name=self.said(text), exact=True)).click()

    def ready(self, found: Locator) -> Locator:
        """Return what the page has by now, once its scripts have run: one may set it up anew, or hear of it later."""
        found.first.wait_for(state="attached")
        self.page.wait_for_load_state()
        return found

    # ---- filling in ----

    def box(self, label: str, *, context: str = "") -> Locator:
        """Return the box under ``label``, which may be marked as optional."""
        words, optional = re.escape(self.said(label, context)), re.escape(self.said("(optional)"))
        labelled = self.page.get_by_label(re.compile(rf"^\s*{words}\s*({optional})?\s*$"))
        return labelled.and_(self.page.locator("input, select, textarea"))

    def write(self, label: str, text: str, *, context: str = "") -> None:
        """Write into the box under ``label``."""
        self.ready(self.box(label, context=context)).fill(text)

    def pick(self, label: str, option: str) -> None:
        """Pick ``option``, a name from the data in the person's language, from the list under ``label``."""
        self.ready(self.box(label)).select_option(label=option)

    def choose(self, answer: str) -> None:
        """Choose the card with the answer ``answer``."""
        words = self.page.get_by_text(self.said(answer), exact=True)
        self.ready(self.page.locator("label").filter(has=words).get_by_role("radio")).check()

    def tick(self, label: str) -> None:
        """Tick the box whose label begins with ``label``."""
        self.ready(self.page.get_by_role("checkbox", name=re.compile(rf"^\s*{re.escape(self.said(label))}"))).check()

    # ---- seeing ----

    def sees(self, text: str) -> None:
        """Wait until the page says ``text`` and shows it."""
        expect(self.page.get_by_text(self.said(text)).filter(visible=True).first).to_be_visible()

    def is_told(self, part: str) -> None:
        """Wait until the page says what happened, with ``part`` in it."""
        expect(self.page.get_by_role("status").filter(has_text=part)).to_be_visible()

    def is_at(self, heading: str) -> None:
        """Wait for the page with this heading."""
        expect(self.page.get_by_role("heading", level=1, name=self.said(heading), exact=True)).to_be_visible()

    def card(self, title: str) -> Locator:
        """Return the part of the page under the heading ``title``."""
        return self.page.get_by_role("region", name=self.said(title), exact=True)

    def look(self, name: str) -> None:
        """Examine the page, and keep its picture where the documents show it."""
        self.looks.at(self.page, name, language=self.language)
