"""The status pages: who reads which, in both languages, and what the public one says without a database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Browser, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts import rate_limits
from accounts.models import User
from config.monitoring import limits, parts, public
from config.monitoring.bounded import Bounded
from notifications.models import Hold
from tests.cast import let_in, sign_in
from tests.journeys.conftest import PHONE
from tests.journeys.look import Looks
from tests.monitoring.conftest import Answers, MakeMessage
from tests.ui.test_pages import ARABIC, words

LANGUAGES = ("ar", "en")


def shown(client: Client, name: str, language: str = "en") -> str:
    with translation.override(language):
        answer = client.get(reverse(name))
    assert answer.status_code == 200
    return words(answer.content.decode())


# ---- the page of staff ----


@pytest.mark.parametrize("person", ["lina", "huda"])
def test_the_unit_and_operators_read_what_is_wrong_what_it_means_and_what_to_do(
    at: datetime, broker: Answers, person: str, request: pytest.FixtureRequest
) -> None:
    broker.given = None
    page = " ".join(shown(sign_in(Client(), request.getfixturevalue(person)), "system-status").split())
    assert "Broker degraded The broker does not answer. Pages work" in page
    assert "What to do Start Redis again" in page
    assert "docs/runbook.md#broker" in page
    assert "Database Pages are served" in page


def test_a_trouble_is_dated_and_leads_to_the_runbook_of_the_settings(
    at: datetime, lina: User, settings: Settings
) -> None:
    settings.RUNBOOK_URL = "https://docs.example/runbook"
    Hold.objects.create(database="elsewhere", began_at=at - timedelta(hours=1))
    html = sign_in(Client(), lina).get("/en/staff/system/").content.decode()
    assert html.count('href="https://docs.example/runbook#on_hold"') == 2
    assert (at - timedelta(hours=1)).astimezone().isoformat(timespec="minutes")[:16] in html


def test_at_rest_the_page_says_so(at: datetime, lina: User) -> None:
    page = shown(sign_in(Client(), lina), "system-status")
    assert "All parts of the system work." in page
    assert "What to do" not in page


def test_the_page_is_found_in_the_menu(at: datetime, huda: User) -> None:
    html = sign_in(Client(), huda).get(reverse("messages")).content.decode()
    assert 'href="/en/staff/system/"' in html


# ---- the page of everybody ----


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_page_says_what_works_and_no_cause(at: datetime, language: str) -> None:
    text = shown(Client(), "status", language)
    assert (ARABIC.search(text) is not None) == (language == "ar")
    for word in ("Redis", "SMS", "broker", "PostgreSQL"):
        assert word not in text


def test_the_public_page_says_what_comes_late(at: datetime, make_message: MakeMessage) -> None:
    assert "Everything works as usual." in shown(Client(), "status")
    make_message(1, created_at=at - timedelta(hours=1))
    assert "Everything works as usual." in shown(Client(), "status")  # within fifteen seconds
    public.forget()
    text = shown(Client(), "status")
    assert "They may arrive late." in text
    assert "You can send and follow them." in text


def test_a_full_disk_is_said_where_files_are_added(at: datetime, disk: Answers) -> None:
    disk.given = None
    assert "you cannot add files" in shown(Client(), "status")


def test_the_public_page_needs_no_database_even_for_whoever_has_a_session(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def away(_at: datetime) -> None:
        raise OperationalError

    monkeypatch.setattr(parts, "system_status", away)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "0" * 32
    # This test may not use the database: a statement fails it.
    assert "You cannot send or follow them at the moment." in shown(client, "status")


def test_a_database_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public, "_reading", Bounded(lambda: __import__("time").sleep(5), seconds=0.05))
    assert public.public_status().can_file is False


@pytest.mark.django_db
def test_the_public_page_takes_no_statement_for_a_signed_in_reader(at: datetime, lina: User) -> None:
    client = sign_in(Client(), lina)
    client.get("/en/status/")
    with CaptureQueriesContext(connection) as statements:
        answer = client.get("/en/status/")
    assert (answer.status_code, len(statements)) == (200, 0)
    assert "public" in answer.headers["Cache-Control"]


# ---- as they are seen ----


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(service_workers="block", viewport=PHONE, reduced_motion="reduce") as context:
        yield context.new_page()


@pytest.mark.django_db(transaction=True)
def test_the_pages_are_accessible_and_nothing_is_cut_off(
    page: Page, live_server: LiveServer, at: datetime, broker: Answers, disk: Answers, lina: User
) -> None:
    broker.given = disk.given = None
    Hold.objects.create(database="elsewhere", began_at=at - timedelta(hours=1))
    looks = Looks(pictures=False)
    let_in(page.context, live_server.url, lina)
    for language in LANGUAGES:
        for name, path in (("system-status", "staff/system"), ("status", "status")):
            page.goto(f"{live_server.url}/{language}/{path}/")
            looks.at(page, name, language=language)


# ---- the limits ----


def test_operators_read_each_limit_and_how_many_stand_at_it(at: datetime, huda: User, lina: User) -> None:
    for _ in range(rate_limits.CODES_PER_PHONE.most):
        rate_limits.spend(rate_limits.CODES_PER_PHONE, "+962791112233", at=at)
    rate_limits.spend(rate_limits.CODES_PER_PHONE, "+962791112234", at=at)
    first, *others = limits.limit_rows(at)
    assert (first.most, str(first.span), first.reached, {row.reached for row in others}) == (5, "in a day", 1, {0})
    page = shown(sign_in(Client(), huda), "system-limits")
    assert ("Codes to one phone" in page, "962791112233" in page) == (True, False)
    assert sign_in(Client(), lina).get(reverse("system-limits")).status_code == 404


def test_every_limit_is_on_the_page() -> None:
    """One that somebody adds is listed too, and each counts under a name of its own."""
    found = re.compile(r"RateLimit\(\"(\w+)\"")
    apps = ("accounts", "agencies", "complaints", "config", "kit", "notifications", "reports")
    scopes = {name for app in apps for file in Path(app).rglob("*.py") for name in found.findall(file.read_text())}
    assert {limit.scope for limit in limits.LIMITS} == scopes - {"code_country"}
    assert len(limits.LIMITS) == len(scopes) - 1
