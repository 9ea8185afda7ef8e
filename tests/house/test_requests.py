"""What every request passes before it reaches a page, and what every answer carries."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import rate_limits
from accounts.models import Citizen, Session, User
from config import middleware
from tests.cast import sign_in
from tests.house.addresses import below, named

PUBLIC_PAGE = "/ar/help/"
PRIVATE_PAGE = "/ar/account/"


def passed(
    make: Callable[[middleware.GetResponse], Callable[[HttpRequest], HttpResponseBase]], request: HttpRequest
) -> HttpRequest:
    """Return the request as the page would see it."""
    seen: list[HttpRequest] = []

    def page(inner: HttpRequest) -> HttpResponse:
        seen.append(inner)
        return HttpResponse("page")

    make(page)(request)
    return seen[0]


# ---- language ----


@pytest.mark.parametrize("accepted", ["en", "en-GB,en;q=0.9", "ar", "", "fr"])
def test_the_first_address_leads_to_arabic_whatever_the_browser_speaks(client: Client, accepted: str) -> None:
    answer = client.get("/", headers={"accept-language": accepted})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/ar/")
    assert "Accept-Language" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize(("address", "language"), [("/ar/help/", "ar"), ("/en/help/", "en")])
def test_the_address_alone_decides_the_language(client: Client, address: str, language: str) -> None:
    client.cookies["django_language"] = "en" if language == "ar" else "ar"
    answer = client.get(address, headers={"accept-language": "fr"})
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)


def test_an_address_without_its_language_is_completed(client: Client) -> None:
    answer = client.get("/help/?page=2")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/ar/help/?page=2")


# ---- who may see what ----


@pytest.mark.parametrize(
    ("address", "door"),
    [
        ("/ar/account/", "/ar/sign-in/?next=/ar/account/"),
        ("/en/account/", "/en/sign-in/?next=/en/account/"),
        ("/ar/staff/queue/", "/ar/staff/sign-in/?next=/ar/staff/queue/"),
        ("/en/staff/queue/", "/en/staff/sign-in/?next=/en/staff/queue/"),
    ],
)
def test_a_stranger_is_sent_to_the_right_door(client: Client, address: str, door: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, door)


def test_a_signed_in_page_is_kept_by_nobody(amina_client: Client) -> None:
    assert amina_client.get(PRIVATE_PAGE).headers["Cache-Control"] == "no-store, private"


def test_what_any_cache_may_keep_carries_nobodys_session(amina_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every address that names no row; the session is due to be written with each answer."""
    monkeypatch.setattr(middleware.IdleSession, "EVERY_SECONDS", -1)
    shared = {"language": "ar", "table": "agencies", "kind": "complaint"}
    pages = {name: page for name, page in below(shared).items() if named()[name] <= set(shared)}
    kept, wrong = set(), []
    for name, page in pages.items():
        answer = amina_client.get(page)
        if "public" in answer.headers.get("Cache-Control", ""):
            kept.add(name)
            wrong += [name] if answer.cookies or "Cookie" in answer.headers.get("Vary", "") else []
    assert wrong == []
    assert kept >= {"robots", "favicon", "badge", "manifest", "status"}


# ---- headers ----


def test_every_page_carries_the_security_headers(client: Client) -> None:
    headers = client.get(PUBLIC_PAGE).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


# ---- sizes, methods, bytes ----


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "DELETE", "PUT", "PATCH", "BREW"])
def test_an_odd_method_is_refused(client: Client, method: str) -> None:
    assert client.generic(method, PUBLIC_PAGE).status_code == 405


@pytest.mark.parametrize(
    ("length", "status"), [(settings.REQUEST_MAX_BYTES, 200), (settings.REQUEST_MAX_BYTES + 1, 413)]
)
def test_a_body_beyond_any_form_is_refused_before_it_is_read(rf: RequestFactory, length: int, status: int) -> None:
    request = rf.generic("POST", "/", CONTENT_LENGTH=str(length))
    assert middleware.RequestLimits(lambda _request: HttpResponse())(request).status_code == status


@pytest.mark.parametrize(
    ("language", "said"), [("ar", "ما أرسلتموه أكبر من المسموح به"), ("en", "What you sent is too large")]
)
def test_a_body_beyond_any_form_is_answered_with_a_page(client: Client, language: str, said: str) -> None:
    too_large = str(settings.REQUEST_MAX_BYTES + 1)
    answer = client.generic("POST", f"/{language}/track/", CONTENT_LENGTH=too_large)
    page = answer.content.decode()
    assert answer.status_code == 413
    assert said in page
    assert f'lang="{language}"' in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_ten_thousand_parameters_are_answered_with_a_page(client: Client, method: str) -> None:
    answer = getattr(client, method)("/en/track/", {f"field{number}": "x" for number in range(10_000)})
    assert answer.status_code == 400
    assert "Part of what you sent is damaged or too large" in answer.content.decode()


@pytest.mark.django_db
def test_nul_in_a_field_that_no_person_types_is_a_bad_request(amina: Citizen, omar: User) -> None:
    sent = (
        (None, "/ar/new/complaint/choose/", "topic"),
        (None, "/ar/new/complaint/choose/", "agency"),
        (amina, "/ar/account/requests/", "form_part"),
        (omar, "/ar/staff/people/", "form_part"),
    )
    found = {}
    for person, path, name in sent:
        client = Client(raise_request_exception=False)
        if person:
            sign_in(client, person)
        found[path, name] = client.post(path, {name: "a\x00b", "text": "x"}).status_code
    assert [said for said in found.items() if said[1] not in {302, 400, 404}] == []
    assert 400 in found.values()


@pytest.mark.parametrize("address", ["/ar/help/?page=%00", "/ar/help/?%00=1", "/ar/track/?ref=26%00"])
def test_nul_in_an_address_is_a_bad_request(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400


@pytest.mark.parametrize(("charset", "status"), [("utf-16", 415), ("latin-1", 415), ("UTF-8", 200), ("nonsense", 200)])
def test_a_form_in_another_alphabet_than_utf8_is_refused_before_it_is_read(
    client: Client, charset: str, status: int
) -> None:
    form = f"application/x-www-form-urlencoded; charset={charset}"
    assert client.generic("POST", "/ar/track/", b"ref=1", form).status_code == status


def test_an_unknown_host_is_a_bad_request(client: Client) -> None:
    assert client.get(PUBLIC_PAGE, headers={"host": "elsewhere.example"}).status_code == 400


# ---- addresses behind proxies ----


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "not-an-address", "10.0.0.1"),
        (1, "2001:db8::1", "2001:db8::/64"),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_client_is_counted_from_the_trusted_end(
    rf: RequestFactory, settings: object, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert rate_limits.client_address(passed(middleware.TrustedProxies, request)) == address


# ---- idle sessions ----


@pytest.fixture
def amina_client(client: Client, amina_user: User) -> Client:
    client.force_login(amina_user, backend="accounts.sign_in.backends.CitizenBackend")
    return client


@pytest.fixture
def amina_user(amina: object) -> User:
    user = amina.user
    assert isinstance(user, User)
    return user


@pytest.mark.parametrize(("idle_minutes", "status"), [(29, 200), (31, 302)])
def test_a_session_ends_after_thirty_idle_minutes(amina_client: Client, idle_minutes: int, status: int) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        amina_client.get(PRIVATE_PAGE)
        clock.move_to(start + timedelta(minutes=20))
        amina_client.get(PRIVATE_PAGE)
        clock.move_to(start + timedelta(minutes=20 + idle_minutes))
        assert amina_client.get(PRIVATE_PAGE).status_code == status


def test_a_session_is_written_once_a_minute_and_not_with_every_page(amina_client: Client) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        amina_client.get(PRIVATE_PAGE)
        first = _expiry()
        clock.move_to(start + timedelta(seconds=59))
        amina_client.get(PRIVATE_PAGE)
        assert _expiry() == first
        clock.move_to(start + timedelta(seconds=60))
        amina_client.get(PRIVATE_PAGE)
        assert _expiry() == first + timedelta(seconds=60)


def _expiry() -> datetime:
    return Session.objects.get().expire_date


@pytest.mark.parametrize(("address", "words"), [("/ar/sign-out/", "ابدؤوا"), ("/en/sign-out/", "Start again")])
def test_the_address_of_a_form_says_what_to_do_when_it_is_opened(client: Client, address: str, words: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Allow"], words in answer.content.decode()) == (405, "POST", True)
