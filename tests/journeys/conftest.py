"""The running system and the browser of a person: a phone or a desk, in Arabic or in English."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import Site, running

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

type OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the journeys on one worker: they share one running system."""
    for item in items:
        if "site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("journeys"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The system, started once, from an empty database and the seed."""
    folder = tmp_path_factory.mktemp("stack")
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(parent.stat().st_mode | 0o011)  # `nobody`, who runs PostgreSQL for root, passes through
    with running(folder) as system:
        yield system


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[OpenPage]:
    """Return a function that opens the browser of one more person; consoles that complain fail the test."""
    expect.set_options(timeout=10_000)
    complaints: list[str] = []
    contexts = []

    def open_(*, size: dict[str, int] = DESK, script: bool = True, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport=size,
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            locale="en-US",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [text for text in complaints if "404" not in text and "422" not in text and "409" not in text] == []
