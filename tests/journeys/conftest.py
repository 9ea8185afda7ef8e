"""The running system and the browser of a person: a phone or a desk, in Arabic or in English."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from zlib import crc32

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from config.devstack import throwaway
from tests.conftest import PATIENCE_MS
from tests.journeys.look import Looks
from tests.journeys.person import Person
from tests.journeys.site import Site, running

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
#: As they stand in the ids of tests.
LANGUAGES = ("english", "arabic")
JOURNEYS, MAIN_JOURNEY = "tests/journeys/", "/test_journey.py"
#: What Playwright says where it keeps a page from registering its service worker.
WORKER_IS_BLOCKED = "Service Worker registration blocked by Playwright"
#: A story that broke off leaves words behind, and the next one of the same person would be asked to go on with them.
NOTHING_BEGUN = """
from complaints.attachments import uploads
from complaints.models import Draft, UnsentForm
for draft in Draft.objects.all():
    uploads.discard(draft)
UnsentForm.objects.all().delete()
"""

type Meet = Callable[..., Person]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `run.py test tests/journeys --pictures` renew the pictures of the documents and the handbook."""
    where = "docs/images and static/handbook"
    parser.addoption("--pictures", action="store_true", help=f"save pictures of the journeys' pages in {where}")
    parser.addoption("--both-languages", action="store_true", help="make every journey in Arabic and in English")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the journeys on one worker, for they share one running system, and make each in one language."""
    for item in items:
        if "site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("journeys"))
    if not any(config.getoption(option, default=False) for option in ("--pictures", "--both-languages")):
        left_out = in_the_other_language(items)
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def in_the_other_language(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the second run of journeys that are written for both languages; Arabic and English take turns.

    The main journey is made in both: its pages are those that most people see.
    """
    left_out: list[pytest.Item] = []
    for name, runs in _by_language(items).items():
        if len(runs) == len(LANGUAGES) and MAIN_JOURNEY not in name:
            left_out.append(runs[LANGUAGES[crc32(name.encode()) % len(LANGUAGES)]])
    return left_out


def _by_language(items: Sequence[pytest.Item]) -> dict[str, dict[str, pytest.Item]]:
    found: dict[str, dict[str, pytest.Item]] = defaultdict(dict)
    for item in items:
        name, _bracket, run = item.nodeid.partition("[")
        if name.startswith(JOURNEYS):
            found[name] |= {language: item for language in LANGUAGES if language in run}
    return found


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The system, started once, from an empty database and the seed."""
    # Not pytest's own folders: another run that begins closes them to `nobody`, who runs PostgreSQL for root.
    with throwaway.folder() as folder, running(folder) as system:
        yield system


@pytest.fixture(scope="session")
def looks(pytestconfig: pytest.Config, site: Site) -> Looks:
    """What has been looked at in this run."""
    # Unknown where only the whole suite was asked for: this file is read too late then.
    return Looks(pictures=bool(pytestconfig.getoption("--pictures", default=False)), axe=site.axe)


@pytest.fixture(params=["ar", "en"], ids=["arabic", "english"])
def language(request: pytest.FixtureRequest) -> str:
    """The language a journey is made in."""
    return str(request.param)


class _Ears:
    """Listens to one browser: errors of scripts and of the Content-Security-Policy, pages that failed."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.heard: list[str] = []
        self.pages: set[str] = set()

    def listen(self, page: Page) -> None:
        page.on("response", self._response)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(str(error)))

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.pages.add(response.url)
        if response.status >= 500 or not response.url.startswith((self.site.url, "data:", "blob:")):
            self.heard.append(f"{response.status} {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers 404, 409 or 422 on purpose is said to have failed; what it loads may not.
        is_page = message.text.startswith("Failed to load resource") and message.location["url"] in self.pages
        is_blocked = message.text == WORKER_IS_BLOCKED
        if message.type in {"error", "warning"} and not is_page and not is_blocked:
            self.heard.append(f"{message.text} ({message.location['url']})")


@pytest.fixture
def meet(browser: Browser, site: Site, looks: Looks) -> Iterator[Meet]:
    """Return a function that gives one more person a browser of their own; what its console says fails the test."""
    site.run(NOTHING_BEGUN)
    ears = _Ears(site)
    contexts: list[BrowserContext] = []

    def meet_(
        language: str, *, size: dict[str, int] = DESK, script: bool = True, prepares_for_offline: bool = False
    ) -> Person:
        context = browser.new_context(
            base_url=site.url,
            viewport=size,
            device_scale_factor=looks.scale(size),
            java_script_enabled=script,
            locale="en-US",
            reduced_motion="reduce",
            # Each window of its own would fetch and keep the pages for times without a network.
            service_workers="allow" if prepares_for_offline else "block",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", ears.listen)
        return Person(context.new_page(), site, language, looks)

    yield meet_
    for context in contexts:
        context.close()
    assert ears.heard == []
