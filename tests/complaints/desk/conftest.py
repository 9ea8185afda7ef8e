"""The pages of officers: the moment and the language they are asked for in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.complaints.desk.hand import Hand
from tests.complaints.pages import Clock
from tests.journeys.conftest import DESK


@pytest.fixture(autouse=True)
def _in_english_at_the_moment_of_the_cast(clock: Clock, english: None) -> None:
    """Let every page of this room be asked for in English, at the moment the cast lives in."""


@pytest.fixture
def hand(browser: Browser, live_server: LiveServer) -> Iterator[Hand]:
    """A browser at a desk, and the hand in front of it."""
    with browser.new_context(service_workers="block", viewport=DESK, reduced_motion="reduce") as context:
        yield Hand(context.new_page(), live_server.url)
