"""Scripts on small pages of their own, without a server: the focus that is kept, and drafts that are sent again."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect

SITE = "https://pages.test/"
SCRIPTS = settings.BASE_DIR / "static/js"
#: The page of an action as staff see it, with a link above its form.
ACT = """<main><a id="back" href="#">Back</a><form class="card" method="post">
  <input type="hidden" name="version" value="1"><textarea id="text" name="text"></textarea></form></main>"""
#: Without script a menu is open on every screen.
MENU_AND_ERRORS = """<html lang="en">
  <details open data-open-wide><summary>Menu</summary><p style="height: 99rem">Pages</p></details>
  <div class="summary-errors" id="errors" tabindex="-1">One thing</div><p style="height: 99rem">Form</p>"""
ANY_PAGE = '<html lang="en"><main id="main"><p>Any page</p></main>'
#: As a page of an action: days that are filled in, a tick without a value of its own, and a box to write in.
FORM = """<form method="post"><input type="hidden" name="form_key" value="k"><p data-unsent-line hidden></p>
  <input name="days" value="3"><input type="checkbox" name="asks"><input type="radio" name="way" value="a" checked>
  <textarea name="text"></textarea></form>"""
DRAFT = {"id": "d1", "kind": "complaint", "person": "", "fields": [["details", "No water"]], "files": []}
TEXTS = {
    "taken": "Your draft is here.",
    "go": "Go on",
    "expired": "Too old",
    "others": "Of somebody else",
    "unreadable": "One is spoilt.",
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a site that answers from here."""
    with browser.new_context(service_workers="block") as context:
        yield context.new_page()


def opened(page: Page, html: str, *names: str) -> None:
    page.route(SITE, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(SITE)
    for name in names:
        page.add_script_tag(path=SCRIPTS / name)


@pytest.mark.parametrize(("focused", "ends_at"), [("", "text"), ("#back", "back")], ids=["nothing", "a link"])
def test_an_action_begins_in_its_first_field_unless_somebody_is_elsewhere(
    page: Page, focused: str, ends_at: str
) -> None:
    opened(page, ACT)
    if focused:
        page.focus(focused)
    page.add_script_tag(path=SCRIPTS / "desk.js")
    assert page.evaluate("document.activeElement.id") == ends_at


@pytest.mark.parametrize(
    ("done", "kept"),
    [
        ("", 0),
        ("document.querySelector('[name=asks]').checked = true", 1),
        ("document.querySelector('[name=text]').value = 'Since Sunday'", 1),
    ],
    ids=["nothing", "a tick", "words"],
)
def test_a_form_is_kept_where_somebody_did_something_in_it_before_its_script_came(
    page: Page, done: str, kept: int
) -> None:
    posted = []
    opened(page, FORM)
    page.route(SITE, lambda route: (posted.append(route.request.post_data), route.fulfill(json={"kept": True})))
    page.evaluate(done)
    page.clock.install()
    page.add_script_tag(path=SCRIPTS / "unsent.js")
    page.clock.run_for(11_000)
    # Requests arrive in their order: what the script has sent is here before this one.
    page.evaluate("fetch('', {method: 'POST', body: 'the last one'}).then(answer => answer.ok)")
    assert (len(posted), posted[-1]) == (kept + 1, "the last one")


def test_on_a_telephone_the_errors_are_seen_once_the_menu_above_them_is_closed(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 850})
    opened(page, MENU_AND_ERRORS, "app.js")
    top = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert (page.evaluate("document.activeElement.id"), 0 <= top < 850) == ("errors", True)


@pytest.mark.parametrize(
    ("answers_from", "tries", "sent", "kept"), [(4, 4, 1, 0), (99, 6, 0, 1)], ids=["in the end", "never"]
)
def test_a_kept_draft_is_tried_again_until_somebody_answers(
    page: Page, answers_from: int, tries: int, sent: int, kept: int
) -> None:
    asked, posted = [], []

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            posted.append(route.request.post_data)
            route.fulfill(json={"state": "sent", "url": "/en/new/complaint/what/?draft=d1"})
            return
        asked.append(route.request.url)
        if len(asked) < answers_from:
            route.abort()
        else:
            route.fulfill(json={"person": "", "token": "t", "texts": TEXTS})

    page.route(re.compile("/en/new/offline/$"), answer)
    opened(page, ANY_PAGE, "kept.js", "kept_send.js")
    page.evaluate(
        """kept.put({id: "d1", kind: "complaint", person: "", fields: [["details", "No water"]], files: []})"""
    )
    page.clock.install()
    page.add_script_tag(path=SCRIPTS / "kept_page.js")
    pass_seconds(page, 3600, lambda: len(asked) == tries)
    expect(page.get_by_role("status")).to_have_text(["Your draft is here. Go on"] * sent)
    pass_seconds(page, 30, lambda: False)
    assert (len(asked), len(posted)) == (tries, sent)
    assert page.evaluate("kept.list('').then(({own}) => own.length)") == kept


def pass_seconds(page: Page, most: int, is_so: Callable[[], bool]) -> None:
    """Let up to ``most`` seconds of the page's clock go by, which does not count how long answers take."""
    for _second in range(most):
        if is_so():
            return
        page.clock.run_for(1000)


#: A draft whose words nobody can read any more: its time is not the one that was sealed.
SPOILT = """async () => {
    const row = await kept.put({id: "d0", kind: "complaint", person: "", fields: [], files: []});
    await new Promise(done => {
        indexedDB.open("kept").onsuccess = ({ target: { result: base } }) => {
            const change = base.transaction("drafts", "readwrite");
            change.objectStore("drafts").put({ ...row, at: row.at - 3600000 });
            change.oncomplete = () => { base.close(); done(); };
        };
    });
    await kept.put({id: "d1", kind: "complaint", person: "", fields: [["details", "No water"]], files: []});
}"""


def test_a_kept_draft_that_was_spoilt_stops_no_other_and_goes(page: Page) -> None:
    posted = []

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            posted.append(route.request.post_data or "")
            route.fulfill(json={"state": "sent", "url": "/en/new/complaint/what/?draft=d1"})
        else:
            route.fulfill(json={"person": "", "token": "t", "texts": TEXTS})

    page.route(re.compile("/en/new/offline/$"), answer)
    opened(page, ANY_PAGE, "kept.js", "kept_send.js")
    page.evaluate(SPOILT)
    page.add_script_tag(path=SCRIPTS / "kept_page.js")
    expect(page.get_by_role("status")).to_have_text(["Your draft is here. Go on", "One is spoilt. "])
    assert ["No water" in body for body in posted] == [True]
    assert page.evaluate("kept.list('').then(({own}) => own.length)") == 0
