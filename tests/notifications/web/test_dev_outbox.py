"""The ledger's page shows what the embedded carrier sent, in development only."""

from typing import Any

import pytest
from django.test import Client

from notifications.models import Channel
from notifications.sending import delivery
from tests.notifications.conftest import notice, owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(signals: object) -> list[str]:
    """Send one SMS and then one e-mail; return their bodies."""
    messages = owed(notice(), notice(channel=Channel.EMAIL, address="amina@example.com"))
    for message in messages:
        delivery.deliver(str(message.pk))
    return [message.body for message in messages]


def test_the_list_for_tests_is_newest_first(client: Client, sent: list[str]) -> None:
    entries = client.get("/dev/outbox/?format=json").json()
    assert [(entry["channel"], entry["to"], entry["body"], entry["template"]) for entry in entries] == [
        ("email", "amina@example.com", sent[1], "case_answered"),
        ("sms", "+962790001234", sent[0], "case_answered"),
    ]
    assert set(entries[0]) == {"id", "channel", "to", "subject", "body", "at", "template"}


@pytest.mark.parametrize(
    ("to", "channels"),
    [("790001234", ["sms"]), ("0790001234", ["sms"]), ("٠٧٩ ٠٠٠ ١٢٣٤", ["sms"]), ("AMINA@", ["email"]), ("nobody", [])],
)
def test_one_address_can_be_picked_out(client: Client, sent: list[str], to: str, channels: list[str]) -> None:
    entries = client.get("/dev/outbox/", {"format": "json", "to": to}).json()
    assert [entry["channel"] for entry in entries] == channels


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_two_statements(
    client: Client, signals: object, django_assert_num_queries: Any, rows: int
) -> None:
    for message in owed(*[notice(recipient=f"user:{number}") for number in range(rows)]):
        delivery.deliver(str(message.pk))
    with django_assert_num_queries(2):
        assert len(client.get("/dev/outbox/?format=json").json()) == rows


def test_the_page_shows_whole_numbers_and_what_was_said(client: Client, sent: list[str]) -> None:
    page = client.get("/dev/outbox/").content.decode()
    assert (page.count('<tr role="row">'), '<bdi dir="ltr">+962790001234</bdi>' in page) == (3, True)


def test_the_page_speaks_the_language_of_the_browser_or_the_chosen_one(client: Client) -> None:
    asked = {
        language: client.get("/dev/outbox/", {"language": language}, headers={"accept-language": "en-GB,en"}).content
        for language in ("", "ar", "en")
    }
    assert [b'<html lang="en"' in page for page in asked.values()] == [True, False, True]
    assert [b'<a href="/en/">' in page for page in asked.values()] == [True, False, True]


def test_an_empty_ledger_says_so(client: Client) -> None:
    response = client.get("/dev/outbox/")
    assert (response.status_code, b"<table" in response.content) == (200, False)


@pytest.mark.parametrize("query", ["", "?format=json"])
def test_production_has_no_such_page(client: Client, settings: Any, sent: list[str], query: str) -> None:
    settings.EMBEDDED = False
    assert client.get(f"/dev/outbox/{query}").status_code == 404


def test_nothing_can_be_posted(client: Client) -> None:
    assert client.post("/dev/outbox/").status_code == 405
