"""A problem that many have: announced, joined instead of filed, its end told; and the form on an agency's own site."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from django.utils import timezone
from playwright.sync_api import Browser, Locator, expect

from kit.dates import day_digits
from tests.conftest import PATIENCE_MS
from tests.journeys.acts import be_signed_in
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.look import Looks
from tests.journeys.person import Person
from tests.journeys.site import Site

NADIA, KARIM, HIS_PHONE = "nadia@miyahuna.example", "9851204417", "+962780004417"
TEXT_AR: Final = "انكسر خط المياه الرئيسي في شارع الجامعة في الجبيهة، والإصلاح جارٍ."
TEXT_EN: Final = "The main pipe in University Street in Jubaiha burst and is being repaired."
LEAK: Final = "كسر خط مياه أو تسرب"
WORDS: Final = "ماء كثير يسيل من كسر في خط المياه في شارعنا منذ الفجر"
_REGISTER: Final = """
from agencies.models import AgencySite
AgencySite.objects.filter(code="waj-site").update(origin=said["origin"])
"""
_BEGUN: Final = """
from complaints.models import Draft
draft = Draft.objects.get(details=said["words"])
print(draft.agency.code, draft.topic.code, draft.site_id)
"""


def test_a_problem_is_joined_and_its_end_told(site: Site, meet: Meet) -> None:
    nadia, karim = meet("ar"), meet("ar", size=PHONE)
    _announces(nadia)
    be_signed_in(karim, KARIM)
    karim.open("new/complaint/?topic=water-leak")
    karim.page.get_by_text(TEXT_AR).filter(visible=True).first.wait_for()
    karim.look("known-problem-offered")
    _card(karim).get_by_role("button").click()
    karim.is_told(karim.said("You were added. We tell you when the problem is over."))
    karim.look("known-problem")
    nadia.page.reload()
    _card(nadia).get_by_role("link").nth(1).click()
    nadia.press("It is over")
    nadia.is_told(nadia.said("The problem is over. Everybody who joined is told within minutes."))
    assert "انتهت المشكلة المعروفة" in site.wait_for(to=HIS_PHONE, template="problem_over")["body"]


def _card(person: Person) -> Locator:
    return person.page.locator("section.card").filter(has_text=TEXT_AR).first


def _announces(nadia: Person) -> None:
    be_signed_in(nadia, NADIA)
    nadia.open("staff/problems/new/")
    nadia.page.locator("#id_topic").select_option("water-leak")
    nadia.pick("Where", "الجبيهة")
    nadia.write("What people read, in Arabic", TEXT_AR)
    nadia.write("What people read, in English", TEXT_EN)
    nadia.write("Last day", day_digits(timezone.localdate() + timedelta(days=1)))
    nadia.write("Until what time", "20:00")
    nadia.press("Publish")
    nadia.is_at("Known problems")
    nadia.look("desk-known-problems")


@contextmanager
def served(page: str) -> Iterator[str]:
    """Serve one page at an origin of its own, which is another site than ``localhost``, and yield that origin."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_form_stands_in_a_page_of_another_origin(site: Site, browser: Browser, looks: Looks) -> None:
    number = site.run(
        "from agencies.models import AgencySite; print(AgencySite.objects.get(code='waj-site').pk)"
    ).strip()
    frame = f'<iframe src="{site.url}/ar/embed/{number}/" title="x" width="100%" height="900"></iframe>'
    page = f"<!doctype html><title>site</title>{frame}"
    context = browser.new_context(base_url=site.url, viewport=PHONE, java_script_enabled=False, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    with served(page) as own, served(page) as strange, closing(context):
        site.run(_REGISTER, origin=own)
        visitor = Person(context.new_page(), site, "ar", looks)
        visitor.page.goto(strange)
        expect(visitor.page.frame_locator("iframe").locator("#id_details")).to_have_count(0)
        visitor.page.goto(own)
        _fills_in_the_frame(visitor)
        with context.expect_page() as opened:
            visitor.page.frame_locator("iframe").get_by_role("button").click()
        main = Person(opened.value, site, "ar", looks)
        main.is_at("Check what you wrote")
        assert context.cookies() == []
        main.press("Continue")
        expect(main.page).to_have_url(re.compile("/ar/new/complaint/"))
        expect(main.page.get_by_role("main")).to_contain_text("سلطة المياه")
        assert site.run(_BEGUN, words=WORDS).split() == ["waj", "water-leak", number]


def _fills_in_the_frame(visitor: Person) -> None:
    shown = visitor.page.frame_locator("iframe")
    expect(shown.get_by_role("heading", level=1)).to_contain_text("سلطة المياه")
    expect(shown.get_by_role("main")).to_contain_text("500 8080")
    expect(shown.get_by_role("main")).to_contain_text("117116")
    shown.locator("#id_topic").select_option("water-leak")
    shown.locator("#id_details").fill(WORDS)
