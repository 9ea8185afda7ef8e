"""Offline, a photo, and back: what is written without a network becomes one case; signing out leaves nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Page, Worker, expect

from tests.conftest import PATIENCE_MS
from tests.journeys.acts import enter_by_password, photo, reference_on
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person

AMINA, KARIM = "9902103456", "9851204417"
#: The browser of the suite shows no messages: this stands for one, and for the subscription that brought it. Beside it
#: the worker notes whom it has met, and whether that was somebody else than before.
ONE_MESSAGE = """() => {
    const meet = kept.meet;
    self.met = [];
    kept.meet = async mark => {
        const isOther = await meet(mark);
        met.push([mark, isOther]);
        return isOther;
    };
    self.left = ["message", "subscription"];
    registration.getNotifications = async () => [{ close: () => left.shift() }];
    registration.pushManager.getSubscription = async () => ({ unsubscribe: async () => left.shift() });
}"""
#: Where all was deleted the worker makes an empty place anew, to note that nobody is signed in.
ALL_DRAFTS = "kept.list('').then(({ own, others }) => own.length + others)"
#: It is hidden for two seconds: a test that looks for it may come too late.
SAYS_THAT_IT_IS_HIDDEN = """() => {
    const root = document.documentElement;
    new MutationObserver(() => root.hidden && console.log("hidden")).observe(root, { attributes: true });
}"""
WORDS = "عمود الإنارة أمام المدرسة مطفأ منذ يوم الأحد، والشارع مظلم."
#: The drafts of this browser, and whether their key can be read out.
KEPT = """async () => {
    const { own, others } = await kept.list(await kept.person());
    return [own.length, others, own.some(row => new TextDecoder().decode(row.data).includes("%s"))];
}"""


def kept_by(page: Page) -> list[object]:
    return list(page.evaluate(KEPT % WORDS[:12]))


def wait_for_the_worker(person: Person) -> Worker:
    """Return the worker once it has the pages for times without a network, and knows whose pages are open."""
    person.page.wait_for_function("() => navigator.serviceWorker.controller")
    person.page.reload()
    (worker,) = person.page.context.service_workers
    wait_until(person.page, lambda: worker.evaluate("kept.person()") == mark_on(person.page))
    return worker


def mark_on(page: Page) -> str | None:
    """Return by what the worker knows the person whose page this is."""
    return page.locator("[data-person]").first.get_attribute("data-person")


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    """Return once it is so; the pages go on meanwhile."""
    for _ in range(PATIENCE_MS // 100):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.url)


def write_offline(person: Person) -> None:
    person.open("new/complaint/")
    person.is_at("You are offline")
    person.write("What happened?", WORDS)
    person.page.get_by_label(person.said("Photos or files")).set_input_files(photo("lamp.png"))
    person.press("Keep it on this device")
    expect(person.page.get_by_text(person.said("Kept on this device, encrypted, for 24 hours."))).to_be_visible()


def the_one_that_sent_first(one: Page, other: Page) -> tuple[Page, Page]:
    """Either tab may be the first to hear of the network: it sends the draft and goes on with it, the other stays."""
    pages = [one, other]
    wait_until(one, lambda: any("/what/?draft=" in page.url for page in pages))
    (sender,) = (page for page in pages if "/what/?draft=" in page.url)
    sender.wait_for_load_state()
    return sender, other if sender is one else one


def file_it(citizen: Person) -> None:
    citizen.press("Continue")
    citizen.choose("Nothing fits: send it to the %(unit)s")
    citizen.press("Continue")
    citizen.choose("SMS")
    citizen.press("Send the complaint")
    reference_on(citizen)


def test_offline_a_photo_and_back_is_one_case_and_signing_out_leaves_nothing(meet: Meet) -> None:
    citizen = meet("ar", size=PHONE, prepares_for_offline=True)
    enter_by_password(citizen, AMINA)
    worker = wait_for_the_worker(citizen)
    context = citizen.page.context
    context.set_offline(True)
    write_offline(citizen)
    citizen.look("offline-draft")
    assert kept_by(citizen.page) == [1, 0, False]
    # Closed, and opened by two tabs at once when the network is back.
    other = context.new_page()
    other.goto("/ar/cases/")
    context.set_offline(False)
    sender, other = the_one_that_sent_first(citizen.page, other)
    citizen = replace(citizen, page=sender)
    other.goto("/ar/")
    expect(citizen.page.locator("[data-list] li")).to_have_count(1)
    expect(citizen.page.locator("textarea[name=details]")).to_have_value(WORDS)
    file_it(citizen)
    citizen.open("cases/")
    expect(citizen.page.get_by_text(WORDS[:20])).to_have_count(1)

    # A draft of somebody else who uses this telephone is neither shown nor sent, and goes when anybody signs out.
    citizen.open("new/complaint/what/")
    citizen.page.evaluate("kept.put({ id: 'x', person: 'other', kind: 'complaint', fields: [], files: [] })")
    context.set_offline(True)
    citizen.open("")
    expect(citizen.page.locator("[data-kept-all]")).to_be_hidden()
    assert kept_by(citizen.page) == [0, 1, False]
    context.set_offline(False)
    other.goto("/ar/cases/")
    citizen.open("account/")
    # What she had open in another window is not left there either.
    other.evaluate(SAYS_THAT_IT_IS_HIDDEN)
    with other.expect_console_message(lambda said: said.text == "hidden"):
        citizen.press("Sign out", within=citizen.main)
    citizen.page.wait_for_url("**/ar/")
    other.wait_for_url("**/ar/")
    wait_until(citizen.page, lambda: worker.evaluate(ALL_DRAFTS) == 0)
    assert citizen.page.evaluate("localStorage.getItem('kept')") is None
    citizen.open("account/")
    citizen.page.wait_for_url("**/ar/sign-in/**")


def test_whoever_signs_in_after_somebody_gets_none_of_their_messages(meet: Meet) -> None:
    citizen = meet("en", size=PHONE, prepares_for_offline=True)
    enter_by_password(citizen, AMINA)
    worker = wait_for_the_worker(citizen)
    worker.evaluate(ONE_MESSAGE)
    # Her session ends by itself: her own next one leaves what the browser shows, that of somebody else does not.
    meets_whoever_enters(worker, citizen, AMINA, left=["message", "subscription"])
    meets_whoever_enters(worker, citizen, KARIM, left=[])


def meets_whoever_enters(worker: Worker, person: Person, number: str, *, left: list[str]) -> None:
    """Let the citizen with ``number`` sign in, and see whom the worker takes them for and what it has ``left`` then."""
    person.page.context.clear_cookies()
    worker.evaluate("() => { met = []; }")
    enter_by_password(person, number)
    person.open("cases/")
    expect(person.main.get_by_role("heading", level=1)).to_be_visible()
    # The page tells the worker who is here.
    mark = mark_on(person.page)
    wait_until(person.page, lambda: mark in [met for met, _ in worker.evaluate("met")])
    wait_until(person.page, lambda: worker.evaluate("left") == left)
    assert next(is_other for met, is_other in worker.evaluate("met") if met == mark) == (left == [])
