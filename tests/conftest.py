"""What every test may ask for: the cast, the system's browser, and an end that may erase append-only history."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finder
from django.core.cache import cache as kept_parts
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.test import TestCase, TransactionTestCase
from django.utils import timezone, translation
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import expect
from psycopg import sql
from psycopg._preparing import Prepare, PrepareManager
from psycopg.pq.abc import PGresult
from pytest_django import DjangoDbBlocker, Settings
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import blocking_manager_key

from accounts import rate_limits
from agencies.free_text import reader
from complaints.suggestions import suggestion_model
from config.database_roles import OWNER
from config.devstack import browser
from kit.style_sheets import whole_sheet
from notifications.wordings import editions
from tests import prepared_rows
from tests.answering import answering
from tests.owner import owner

pytest_plugins = ["tests.cast"]
# Workers share the cores: how long an example took by the clock says nothing about the code.
hypothesis_settings.register_profile("suite", deadline=None)
# Ten times the examples, for a change of what they are about: `--hypothesis-profile long`.
hypothesis_settings.register_profile("long", deadline=None, max_examples=1000)
hypothesis_settings.load_profile("suite")

WRITTEN_BY_MIGRATE = {"django_content_type", "auth_permission"}
#: No row of these may be deleted, whoever asks; tests make few of them.
ONLY_TRUNCATED = {"complaints_formerrating", "complaints_rating", "complaints_recusal"}
LONGEST_TEST = timedelta(minutes=10)
#: How long a page may take: two cores draw those of a browser beside another worker of the suite.
PATIENCE_MS = 30_000
#: Pages of tests are left before code that is compiled to run fast has won back what it took: a fifth of a look at one.
NO_FAST_CODE = "--no-maglev --no-turbofan"
#: The list below the address bar is a page of its own: it takes half of the work of opening a window nobody sees.
ADDRESS_BAR = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
#: Said again, since a second switch replaces Playwright's.
PLAYWRIGHTS_DISABLED_FEATURES = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)


@pytest.fixture(scope="session")
def _static_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let the server of tests, which collects nothing, serve each style sheet whole, as people get it."""
    served, static = tmp_path_factory.mktemp("static"), settings.BASE_DIR / "static"
    for path in static.iterdir():
        if path.name != "css":
            (served / path.name).symlink_to(path)
    (served / "css").mkdir()
    for sheet in (static / "css").glob("*.css"):
        (served / "css" / sheet.name).write_text(whole_sheet(sheet), encoding="utf-8")
    settings.STATICFILES_DIRS = [served]
    get_finder.cache_clear()


@pytest.fixture(scope="session")
def live_server(_static_files: None, live_server: LiveServer) -> Iterator[LiveServer]:
    """Return the server of pytest-django, with style sheets as they are served; what it answers is counted."""
    answer = WSGIHandler.__call__

    def counted(handler: WSGIHandler, environ: dict[str, Any], start_response: Callable[..., Any]) -> HttpResponseBase:
        with answering.one():
            return answer(handler, environ, start_response)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIHandler, "__call__", counted)
        yield live_server


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Leave a database to the servers that go with the run: dropping it would wait for its last connection."""
    return os.environ.get("DATABASE_IS_THROWN_AWAY") == "True"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, *, django_db_keepdb: bool, django_db_blocker: DjangoDbBlocker
) -> None:
    """Give each worker a copy of a database that the first of them has migrated while the others waited.

    The owner has it: the tests are the application, which may make no database.
    """
    if not django_db_keepdb:
        return
    cluster, _, migrated = os.environ["ADMIN_DATABASE_URL"].rpartition("/")
    copy = connection.creation._get_test_db_name()
    with django_db_blocker.unblock(), psycopg.connect(f"{cluster}/postgres", autocommit=True) as administrator:
        administrator.execute("SELECT pg_advisory_lock(1)")
        call_command("migrate", verbosity=0)
        # A database is copied only while nobody is connected to it.
        connection.close()
        administrator.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(*map(sql.Identifier, (copy, migrated, OWNER)))
        )
    with psycopg.connect(f"{cluster}/{copy}", autocommit=True) as administrator:
        administrator.execute(prepared_rows.PUT_BACK)


@pytest.fixture(autouse=True, scope="session")
def _no_send_window() -> Iterator[None]:
    """Let nothing be undone, so that an answer is read and judged in the moment it is given.

    What is about the send window asks for ``undo_window``.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "SEND_WINDOW", 0)
        yield


@pytest.fixture
def undo_window(settings: Settings) -> timedelta:
    """Let the last step be undone for two minutes, as it is where people work, and return how long that is."""
    settings.SEND_WINDOW = 120
    return timedelta(minutes=2)


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
def _no_kept_parts() -> None:
    """Let every test begin without kept parts of pages: rows of another test may have their keys, and other words."""
    kept_parts.clear()


@pytest.fixture(autouse=True)
def _no_window_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no window of a rate limit end while a test that lives in the present counts in it: four begin each hour."""
    began, window = timezone.now(), rate_limits._window
    monkeypatch.setattr(
        rate_limits, "_window", lambda limit, at: window(limit, began if began <= at < began + LONGEST_TEST else at)
    )


@pytest.fixture(autouse=True)
def _nothing_known_of_routing() -> None:
    """Let every test begin without the model of routing, which a process keeps for minutes."""
    suggestion_model.forget()


@pytest.fixture(autouse=True)
def _nothing_known_of_everyday_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test begin with a reader that knows no word and asks for none: filing reads each text.

    A test that loads reference data forgets it (``reader.forget``).
    """
    monkeypatch.setattr(reader, "_cache", reader.ReaderCache(reader.nothing_known()))


@pytest.fixture(scope="session", autouse=True)
def _transactional_tests_empty_what_they_filled() -> Iterator[None]:
    """Let a transactional test end by deleting the rows of the tables that hold some, append-only history among them.

    Django's flush truncates all tables and writes permissions and content types anew, which takes ten times as long.
    A page that is closed may have asked for something that is still being answered.
    """

    def end(_case: TransactionTestCase) -> None:
        answering.wait(PATIENCE_MS / 1000)
        delete_all_rows()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", end)
        yield
    if owner.cache_info().currsize:
        owner().close()


@pytest.fixture(scope="session", autouse=True)
def _tests_that_begin_alike_share_a_transaction() -> Iterator[None]:
    """Open and end it where pytest-django begins and ends the transaction of a test."""
    enter, rollback = TestCase._enter_atomics, TestCase._rollback_atomics

    def enter_atomics(case: type[TestCase]) -> dict[str, transaction.Atomic]:
        prepared_rows.share()
        return enter.__func__(case)

    def rollback_atomics(case: type[TestCase], atomics: dict[str, transaction.Atomic]) -> None:
        rollback.__func__(case, atomics)
        prepared_rows.end_sharing()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestCase, "_enter_atomics", classmethod(enter_atomics))
        patch.setattr(TestCase, "_rollback_atomics", classmethod(rollback_atomics))
        yield


@pytest.fixture(scope="session", autouse=True)
def _plans_outlive_a_test() -> Iterator[None]:
    """Let PostgreSQL keep the plans that the connections of pages keep; tests roll back rows and no tables."""
    discards = PrepareManager._should_discard

    def should_discard(kept: PrepareManager, prepare: Prepare, results: Sequence[PGresult]) -> bool:
        return discards(kept, prepare, [result for result in results if result.command_status != b"ROLLBACK"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PrepareManager, "_should_discard", should_discard)
        patch.setattr(PrepareManager, "prepared_max", 300)
        patch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", 5)
        yield


@pytest.fixture
def bare_404(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer what is not there without a page, where a test asks for the status of many."""

    def not_found(request: HttpRequest, exception: Exception) -> HttpResponseNotFound:
        return HttpResponseNotFound()

    monkeypatch.setattr("config.urls.handler404", not_found, raising=False)


@pytest.fixture(scope="module")
def module_data(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Open a transaction for rows that tests of a module share; what a test itself writes goes with the test.

    A module's fixture that writes rows asks for it, and ends with ``connection.check_constraints()``: the guards would
    judge the rows at the end of each test. Tests that share nothing never see them: they come first.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def delete_all_rows() -> None:
    """Delete what every table holds but what migrating wrote; foreign keys are checked at the end, so in any order."""
    with owner().transaction(), owner().cursor() as cursor:
        cursor.execute("SET LOCAL history.flush_for_tests = 'on'")
        # Prepared, for to plan it takes ten times as long as to run it.
        cursor.execute(_which_are_filled(), prepare=True)
        filled = {name for (name,) in cursor.fetchall()}
        # Truncated first: a table with checks to come at the end could not be.
        commands = [f"TRUNCATE {name} CASCADE" for name in sorted(filled & ONLY_TRUNCATED)]
        commands += [f"DELETE FROM {name}" for name in sorted(filled - ONLY_TRUNCATED)]
        cursor.execute("; ".join(commands) or "SELECT")


@cache
def _which_are_filled() -> str:
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in _tables())


@cache
def _tables() -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(tables) - WRITTEN_BY_MIGRATE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Drive the system's Chromium; root has no namespace to put its sandbox in."""
    expect.set_options(timeout=PATIENCE_MS)
    # Playwright keeps an event loop in the main thread, where Django would refuse its ORM to synchronous fixtures.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    args = [f"--disable-features={','.join((*PLAYWRIGHTS_DISABLED_FEATURES, *ADDRESS_BAR))}"]
    # A microphone that beeps, where a page is allowed to ask for one; the browser without a window cannot ask anybody.
    args += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    args.append(f"--js-flags={NO_FAST_CODE}")
    if os.geteuid() == 0:
        args.append("--no-sandbox")
    return browser_type_launch_args | {"executable_path": browser.find(), "args": args}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Let a test know of the next, which may share its rows."""
    with item.config.stash[blocking_manager_key].unblock():
        prepared_rows.look_ahead(item, nextitem)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the rows of prepared fixtures be put back."""
    prepared_rows.begin(item)


def pytest_collection_finish() -> None:
    """Let the collector of cycles pass over what is loaded by now, and come seldom: it took an eighth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Group the tests before pytest-xdist reads the groups, and order them after pytest-django has."""
    sharing = {item.path for item in items if _shares(item)}
    group_what_shares(items, sharing)
    group_what_may_share(items)
    yield
    order_by_browser(items)
    begin_with_what_shares(items, sharing)


def group_what_shares(items: list[pytest.Item], sharing: set[Path]) -> None:
    """Give each module with ``module_data`` to one worker."""
    for item in items:
        if item.path in sharing:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
        if _shares(item) and item.get_closest_marker("django_db") is None:
            item.add_marker("django_db")


def begin_with_what_shares(items: list[pytest.Item], sharing: set[Path]) -> None:
    """Let the tests of a module that share its rows follow those that do not, in savepoints."""
    together = sorted((item for item in items if item.path in sharing), key=lambda item: (item.path, _shares(item)))
    items[:] = [*together, *(item for item in items if item.path not in sharing)]


def group_what_may_share(items: list[pytest.Item]) -> None:
    """Give the tests of a module that begin with prepared rows to one worker, which makes these once."""
    for item in items:
        if prepared_rows.shareable(item) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def _shares(item: pytest.Item) -> bool:
    return "module_data" in getattr(item, "fixturenames", ())


def order_by_browser(items: list[pytest.Item]) -> None:
    """Mark what drives the browser and begin with it, or skip it where there is none; `run.py test` has said so."""
    missing = pytest.mark.skip(reason="Chromium is missing")
    is_missing = browser.find() is None
    for item in items:
        if "browser" not in getattr(item, "fixturenames", ()):
            continue
        item.add_marker(pytest.mark.browser)
        if is_missing:
            item.add_marker(missing)
    # The longest first, so that no worker begins one when the others are done.
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
