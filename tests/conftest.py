"""What every test may ask for: the cast, the system's browser, and a flush that may erase append-only history."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from complaints.suggestions import suggestion_model
from config.devstack import browser
from notifications.wordings import editions

pytest_plugins = ["tests.cast"]


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Leave a database to the servers that go with the run: dropping it would wait for its last connection."""
    return os.environ.get("DATABASE_IS_THROWN_AWAY") == "True"


@pytest.fixture(autouse=True)
def _language_of_the_last_page() -> Iterator[None]:
    """Let the language a page was asked for end with its test."""
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _built_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test begin with the built-in wordings, known for as long as a process remembers them.

    What a process knows of editions outlives the transaction a test is rolled back with, and asking costs a statement.
    """
    cache = editions.EditionCache()
    cache.put({})
    monkeypatch.setattr(editions, "_cache", cache)


@pytest.fixture(autouse=True)
def _nothing_known_of_routing() -> None:
    """Let every test begin without the model of routing, which a process keeps for minutes."""
    suggestion_model.forget()


@pytest.fixture(scope="session", autouse=True)
def _flush_may_erase_history() -> Iterator[None]:
    """Let the flush after a transactional test, and nothing else, pass the guard of the history."""
    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def unlocked(case: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET history.flush_for_tests = 'on'")
        teardown(case)
        with connection.cursor() as cursor:
            cursor.execute("RESET history.flush_for_tests")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", unlocked)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Drive the system's Chromium; root has no namespace to put its sandbox in."""
    # Playwright keeps an event loop in the main thread, where Django would refuse its ORM to synchronous fixtures.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    args = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": browser.find(), "args": args}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives the browser, and skip it where there is none; `run.py test` has said so by then."""
    missing = pytest.mark.skip(reason="Chromium is missing")
    is_missing = browser.find() is None
    for item in items:
        if "browser" not in getattr(item, "fixturenames", ()):
            continue
        item.add_marker(pytest.mark.browser)
        if is_missing:
            item.add_marker(missing)
