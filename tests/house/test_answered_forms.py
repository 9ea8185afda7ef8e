"""Without script a form leads to its answer: Back and Reload then open a page, and nobody else finds the answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts import rate_limits
from accounts.mandates import changes
from accounts.models import Citizen, FormDraft, User
from accounts.rate_limits import RateLimit
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from tests.cast import sign_in
from tests.complaints.mandates import give_mandate
from tests.complaints.pages import Clock

pytestmark = pytest.mark.django_db

TOO_LONG = "هذا النص أطول مما يقبله المربع. " * 400
ERROR, MARK = "Write at most", 'value="scriptless"'


def send(client: Client, path: str, **typed: str) -> Any:
    """Open a page and send its form as a browser without script does."""
    client.get(path)
    return client.post(path, {"csrfmiddlewaretoken": ["scriptless", "x" * 64], **typed})


@pytest.fixture
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(now)
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def path(amina: Citizen, water: Agency, leak: Topic, clock: Clock) -> str:
    """The page on which amina adds to a case."""
    filing = Filing(citizen=amina, kind="complaint", agency=water, topic=leak, subject="تسرب", details="منذ أسبوع")
    with translation.override("en"):
        return reverse("case-add", args=[file(filing, by=amina.user, at=clock.at).reference])


def test_an_error_is_a_page_of_its_own_for_whoever_sent_the_form(
    amina: Citizen, karim: Citizen, path: str, clock: Clock
) -> None:
    client = sign_in(Client(), amina)
    assert MARK in client.get(path).content.decode()
    led = send(client, path, text=TOO_LONG)
    assert (led.status_code, led.url.partition("=")[0]) == (302, f"{path}?answer")
    shown = [client.get(led.url) for _reload in range(2)]
    assert [(page.status_code, ERROR in page.content.decode()) for page in shown] == [(200, True)] * 2
    assert TOO_LONG.strip() in shown[0].content.decode()
    assert "no-store" in shown[0].headers["Cache-Control"]
    assert TOO_LONG[:20].encode() not in bytes(FormDraft.objects.values_list("payload", flat=True)[0])
    # Mended on the page of the error, which sends to its own address.
    again = client.post(led.url, {"csrfmiddlewaretoken": ["scriptless", "x" * 64], "text": TOO_LONG})
    assert (again.url.partition("=")[0], again.url == led.url) == (f"{path}?answer", False)

    own = client.cookies[settings.CSRF_COOKIE_NAME].value
    stranger = sign_in(Client(), karim)
    stranger.cookies[settings.CSRF_COOKIE_NAME] = own
    assert stranger.get(led.url).status_code == 404
    client.logout()
    client.cookies[settings.CSRF_COOKIE_NAME] = own
    assert client.get(led.url).url.startswith("/en/sign-in/")
    sign_in(client, amina)
    assert ERROR in client.get(led.url).content.decode()
    clock.pass_(hours=1, seconds=1)
    sign_in(client, amina)
    late = client.get(led.url)
    assert (late.status_code, ERROR in late.content.decode()) == (200, False)
    visitor = Client()
    tracked = send(visitor, "/en/track/", ref="2600000001", phone_end="1")
    assert visitor.get(tracked.url).context is None
    assert "2600000001" not in tracked.url


def test_whoever_speaks_for_a_person_no_longer_asks_the_page_again(
    amina: Citizen, karim: Citizen, path: str, clock: Clock
) -> None:
    mandate, client = give_mandate(amina, karim, at=clock.at, covers_all=True), sign_in(Client(), karim)
    led = send(client, path, text=TOO_LONG)
    assert ERROR in client.get(led.url).content.decode()
    changes.end(mandate.pk, by=amina.user, at=clock.at)
    late = client.get(led.url)
    assert (late.status_code, TOO_LONG[:20] in late.content.decode()) == (403, False)


def test_with_script_and_without_room_a_form_is_answered_at_once(
    amina: Citizen, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(Client(), amina)
    assert client.post(path, {"text": TOO_LONG}).status_code == 200
    monkeypatch.setattr(rate_limits, "ANSWERS_PER_ADDRESS", RateLimit("answer_address", 1, timedelta(hours=1)))
    assert [send(client, path, text=TOO_LONG).status_code for _one_more in range(2)] == [302, 200]


def test_staff_are_led_to_an_answer_for_ten_minutes_and_while_they_have_their_roles(
    omar: User, gam: Agency, path: str, clock: Clock
) -> None:
    client, error = sign_in(Client(), omar), 'aria-invalid="true"'
    accept = f"/en/staff/cases/{path.split('/')[-3]}/accept/"
    assert MARK in client.get(accept).content.decode()

    def shown() -> str:
        return client.get(led.url).content.decode()

    led = send(client, accept, days="99")
    assert (led.status_code, error in shown(), error in shown()) == (302, True, True)
    role = omar.memberships.get()
    own = client.cookies[settings.CSRF_COOKIE_NAME].value

    def signs_in_again() -> None:
        # Another role ends the session.
        sign_in(client, omar)
        client.cookies[settings.CSRF_COOKIE_NAME] = own

    omar.memberships.update(agency=gam)
    signs_in_again()
    # The page decides, which offers the own words and no case.
    assert (client.get(led.url).status_code, error in shown()) == (302, False)
    role.save()
    signs_in_again()
    assert error in shown()
    clock.pass_(minutes=10, seconds=1)
    assert (client.get(led.url).status_code, error in shown()) == (200, False)
