"""The citizen's pages on a phone: with text at twice its size, and with the bar of actions at hand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Citizen
from complaints.models import Case
from tests.cast import let_in
from tests.complaints.portal.cases.browsing import url
from tests.journeys.look import BEYOND

PHONE = {"width": 390, "height": 844}
TWICE = "document.documentElement.style.fontSize = '200%'"
#: Words or buttons that lie over each other in the head of the page and in the bars.
OVERLAPPING = """() => {
  const found = [];
  for (const bar of document.querySelectorAll(".header .wrap, .official .wrap, .tabbar, .act-bar ul")) {
    const parts = [...bar.querySelectorAll("a, button, summary, b")].filter(part => part.getClientRects().length);
    for (const one of parts) for (const other of parts) {
      if (one === other || one.contains(other) || other.contains(one)) continue;
      const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 1) found.push(`${one.textContent.trim()} / ${other.textContent.trim()}`);
    }
  }
  return found;
}"""
#: Words wider than the box that cuts them.
CUT = """() => [...document.querySelectorAll("a, button, h1, h2, h3, label, p, summary, b, dt, dd")]
  .filter(part => !part.closest(".vh, .wide-text, .skip, .print-only, svg") && part.getClientRects().length)
  .filter(part => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== "inline")
  .map(part => `${part.tagName}: ${part.textContent.trim().slice(0, 60)}`)"""
#: Where the last link of the page lies, and where the bar begins that is fixed below it.
COVERED = """() => {
  const links = [...document.querySelectorAll("main .split a[href], footer a[href]")];
  const top = document.querySelector(".act-bar").getBoundingClientRect().top;
  return links.filter(link => {
    link.focus();
    return link.getBoundingClientRect().bottom > top + 1;
  }).map(link => link.textContent.trim());
}"""


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer, amina: Citizen) -> Iterator[Page]:
    """Amina's telephone."""
    with browser.new_context(
        base_url=live_server.url, service_workers="block", viewport=PHONE, reduced_motion="reduce"
    ) as context:
        let_in(context, live_server.url, amina)
        yield context.new_page()


@pytest.mark.django_db(transaction=True)
def test_text_of_twice_its_size_neither_overlaps_nor_is_cut(phone: Page, asked: Case) -> None:
    found = {}
    for language in ("ar", "en"):
        for address in (
            "",
            "cases/",
            f"cases/{asked.reference}/",
            "account/",
            "track/",
            "help/",
        ):
            phone.goto(f"/{language}/{address}")
            phone.evaluate(TWICE)
            seen = {
                name: phone.evaluate(script)
                for name, script in (("beyond", BEYOND), ("over", OVERLAPPING), ("cut", CUT))
            }
            found[f"{language}/{address}"] = {name: parts for name, parts in seen.items() if parts}
    assert {address: parts for address, parts in found.items() if parts} == {}


@pytest.mark.django_db(transaction=True)
def test_the_bar_of_actions_covers_nothing_that_has_the_focus(phone: Page, asked: Case) -> None:
    phone.goto(url(asked))
    bar = phone.get_by_role("navigation", name="ما يمكنكم فعله الآن")
    names = [name.strip() for name in bar.get_by_role("link").all_inner_texts()]
    assert names == ["الإجابة عن السؤال", "إضافة معلومات", "سحب الشكوى"]
    assert phone.evaluate(COVERED) == []
    phone.keyboard.press("Tab")
    phone.emulate_media(media="print")
    expect(bar).to_be_hidden()
    expect(phone.locator(".letterhead .qr")).to_be_visible()
