"""What a person enters is in no table and no log in clear; names, city and e-mail address apart, which are readable."""

import json
import logging

import pytest
from django.db import connection

from tests.accounts.keyboard import newest_code, register, register_until_code, url

pytestmark = pytest.mark.usefixtures("amman")

# Long enough not to occur in a hash or an id by chance.
BUILDING = "774319028657"
ADDRESS = f"حارة الياسمين بناية {BUILDING}"
SECRETS = [
    "9782006138",
    "791112233",
    "0791112233",
    "1978-06-14",
    "14/06/1978",
    "الياسمين",
    BUILDING,
    "quiet-harbour-lamp",
]


def every_byte() -> bytes:
    """Return every column of every row of the database, as text and, where it is bytes, as they are."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                found += [
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
                ]
    return b"\n".join(found)


def leaks(text: bytes) -> list[str]:
    return [secret for secret in SECRETS if secret.encode() in text]


@pytest.fixture
def logs(caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    return caplog


def test_after_a_registration_no_table_and_no_log_holds_what_was_entered(client, logs):
    register(client, address=ADDRESS)
    assert leaks(every_byte()) == []
    assert leaks(_everything_of(logs).encode()) == []


def test_in_the_middle_of_a_registration_nothing_is_readable_either(client, logs):
    register_until_code(client, address=ADDRESS)
    code = newest_code()
    stored = every_byte()
    assert leaks(stored) == []
    assert f"\n{code}\n".encode() not in stored
    assert leaks(json.dumps(dict(client.session.items()), default=str).encode()) == []
    assert leaks(_everything_of(logs).encode()) == []


def test_the_search_would_find_what_is_in_clear(client):
    register(client, address=ADDRESS, email="rana@home.example")
    assert b"rana@home.example" in every_byte()
    assert "العبادي".encode() in every_byte()


def test_failures_to_sign_in_are_not_logged_with_what_was_typed(client, logs):
    client.post("/ar/sign-in/", {"number": "9782006138", "password": "quiet-harbour-lamp"})
    client.post("/ar/forgot/", {"number": "9782006138", "mobile": "0791112233"})
    client.post(url("who"), {"national_number": "9782006138", "first_name": "x"})
    assert leaks(_everything_of(logs).encode()) == []
    assert leaks(every_byte()) == []


def test_no_address_of_a_page_carries_what_was_entered(client):
    answers = [register_until_code(client, address=ADDRESS), client.post(url("code"), {"code": newest_code()})]
    assert leaks(" ".join(answer["Location"] for answer in answers).encode()) == []


def _everything_of(logs) -> str:
    return "\n".join(f"{record.getMessage()} {vars(record)}" for record in logs.records)
