"""Pages and files by which people and machines judge a site: contact, help, robots.txt, security.txt, the icon."""

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from django.utils import timezone

from accounts.models import Citizen, User
from tests.cast import sign_in

pytestmark = pytest.mark.django_db
ZIPPED = {"HTTP_ACCEPT_ENCODING": "gzip, br"}


def test_the_contact_page_says_what_is_set_and_nothing_else(client: Client, settings: Any) -> None:
    said = {
        "CONTACT_HOURS_EN": "Sunday to Thursday, 8:00 to 15:00",
        "CONTACT_ADDRESS_EN": "Building 7, Example Street",
        "CONTACT_EMAIL": "help@service.example",
        "RELAY_EN": "Sign language by video: 0770000000",
    }
    for name in said:
        setattr(settings, name, "")
    page = client.get("/en/contact/").content.decode()
    assert ("06 500 8080" in page, "By e-mail" in page, "Where we are" in page, "cannot make calls" in page) == (
        True,
        False,
        False,
        False,
    )
    for name, value in said.items():
        setattr(settings, name, value)
    page = client.get("/en/contact/").content.decode()
    assert [value for value in said.values() if value not in page] == []
    assert "Building 7" not in client.get("/ar/contact/").content.decode()


def test_help_is_searched_without_script_and_in_any_spelling(client: Client) -> None:
    everything = client.get("/ar/help/").content.decode()
    found = client.get("/ar/help/", {"q": "الجهه مختصه"}).content.decode()
    assert ("لا أعرف الجهة المختصة" in found, "نسيت كلمة المرور" in found) == (True, False)
    assert "ما لا نستطيع قبوله" in everything
    nothing = client.get("/en/help/", {"q": "zebra <b>"}).content.decode()
    assert ("No answer has these words" in nothing, "<b>" in nothing.split("<main")[1]) == (True, False)
    assert client.get("/en/help/", {"q": "\0" * 3000}).status_code in {200, 400}
    assert "How do I make a complaint" in client.get("/en/help/", {"q": "x" * 3000}).content.decode()


def test_robots_are_kept_from_pages_of_one_person(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert text.startswith("User-agent: *\n")
    for path in ("/ar/cases/", "/en/account/", "/ar/new/"):
        assert f"Disallow: {path}\n" in text
    assert "/help" not in text
    # What a secret link opens forbids it by itself: of a page that it may not open, an engine would list the address.
    assert not any(word in text for word in ("/rate/", "/directorate/", "/check/", "/r/"))


def test_security_txt_has_its_contact_and_an_end_that_is_near(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@service.example"
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert set(fields) == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
    expires = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert (fields["Contact"], timedelta(days=29) < expires - timezone.now() < timedelta(days=31)) == (
        settings.SECURITY_CONTACT,
        True,
    )


def test_the_icon_is_where_every_browser_looks(client: Client) -> None:
    assert client.get("/favicon.ico").url.endswith(".ico")
    assert (project.BASE_DIR / "static" / "img" / "favicon.ico").read_bytes()[:4] == b"\0\0\1\0"


def test_pages_of_citizens_are_compressed_and_those_of_staff_are_not(amina: Citizen, lina: User) -> None:
    plain = Client().get("/ar/help/").content
    packed = Client().get("/ar/help/", **ZIPPED)
    assert (packed["Content-Encoding"], "Accept-Encoding" in packed["Vary"]) == ("gzip", True)
    assert len(packed.content) < len(plain) / 2
    assert "ما لا نستطيع قبوله".encode() in gzip.decompress(packed.content)
    assert sign_in(Client(), amina).get("/ar/account/", **ZIPPED).has_header("Content-Encoding")
    for path in ("/ar/staff/queue/", "/en/staff/account/"):
        assert not sign_in(Client(), lina).get(path, **ZIPPED).has_header("Content-Encoding")


def test_two_answers_have_other_tokens_and_other_lengths() -> None:
    """What a compressed length could tell is hidden: the token is masked anew, and bytes are added by chance."""
    answers = [Client().get("/en/sign-in/", **ZIPPED) for _ in range(6)]
    pages = {gzip.decompress(answer.content) for answer in answers}
    assert len(pages) == len(answers)
    browser = Client()
    assert len({len(browser.get("/en/help/", **ZIPPED).content) for _ in range(6)}) > 1


@pytest.mark.parametrize(
    "path", ["/robots.txt", "/.well-known/security.txt", "/favicon.ico", "/manifest.ar.webmanifest"]
)
def test_what_everybody_may_keep_carries_nobodys_cookie(
    client: Client, amina: Citizen, settings: Any, path: str
) -> None:
    settings.SECURITY_CONTACT = "mailto:security@cmu.example"
    answer = sign_in(client, amina).get(path)
    assert "public" in answer["Cache-Control"]
    assert (answer.cookies.output(), "Cookie" in answer.get("Vary", "")) == ("", False)
