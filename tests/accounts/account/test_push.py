"""Notifications on a device: allowed by its person, theirs alone, and over when anybody else uses the device."""

from base64 import b64encode

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen
from notifications.models import PushSubscription
from tests.cast import sign_in
from tests.fakes.push_service import FakePushService

pytestmark = pytest.mark.django_db
ON, ACCOUNT = "/en/account/push/", "/en/account/"
BUTTON = "Show notifications on this device"
PHONE = {"User-Agent": "Mozilla/5.0 (Android 15; Mobile) Firefox/140.0"}


@pytest.fixture(autouse=True)
def _key(settings) -> None:
    settings.PUSH_KEY = b64encode(bytes(range(32))).decode()
    settings.PUSH_CARRIERS = ["notifications.carriers.web_push.WebPushCarrier"]


def turn_on(client: Client, *, service: FakePushService | None = None, **changes: str):
    address = (service or FakePushService(url="https://fcm.googleapis.com")).address()
    return client.post(ON, address._asdict() | changes, headers=PHONE)


def test_a_device_is_allowed_shown_and_ended_by_its_person_alone(amina: Citizen, karim: Citizen, settings):
    browser, other = sign_in(Client(), amina), sign_in(Client(), karim)
    assert BUTTON in browser.get(ACCOUNT).content.decode()
    assert turn_on(browser).status_code == 204
    row = PushSubscription.objects.get()
    page = browser.get(ACCOUNT).content.decode()
    assert (row.recipient, "Firefox, Android" in page, BUTTON in page) == (f"citizen:{amina.pk}", True, False)
    assert "googleapis" not in page
    off = reverse("push-off", args=[row.pk])
    other.post(off)
    assert "Firefox, Android" not in other.get(ACCOUNT).content.decode()
    assert PushSubscription.objects.count() == 1
    browser.post(off)
    assert browser.post(off).status_code == 302
    assert PushSubscription.objects.count() == 0
    settings.PUSH_KEY = ""
    assert BUTTON not in browser.get(ACCOUNT).content.decode()
    assert turn_on(browser).status_code == 404


def test_signing_out_or_another_person_in_the_browser_ends_it(amina: Citizen, karim: Citizen):
    service = FakePushService(url="https://fcm.googleapis.com")
    browser = sign_in(Client(), amina)
    turn_on(browser, service=service)
    elsewhere = sign_in(Client(), amina)
    turn_on(elsewhere, service=FakePushService(url="https://web.push.apple.com"))
    assert PushSubscription.objects.count() == 2
    browser.post(reverse("sign-out"))
    assert PushSubscription.objects.count() == 1
    # Her session ended by itself, and karim signs in at the same browser.
    sign_in(elsewhere, karim).get(ACCOUNT)
    assert PushSubscription.objects.count() == 0
    # The same browser belongs to whoever allowed it last, although both rows would have one endpoint.
    for person in (amina, karim, karim):
        turn_on(sign_in(Client(), person), service=service)
    assert PushSubscription.objects.get().recipient == f"citizen:{karim.pk}"


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "https://elsewhere.example/push"},
        {"endpoint": "http://fcm.googleapis.com/push"},
        {"endpoint": ""},
        {"p256dh": "AAAA"},
        {"p256dh": "\u00e9"},
        {"auth": "AAAA"},
    ],
    ids=["stranger", "open", "none", "no-point", "no-text", "short"],
)
def test_what_nothing_can_be_sent_to_is_refused_in_words(amina: Citizen, changes):
    answer = turn_on(sign_in(Client(), amina), **changes)
    said = "This browser cannot show notifications of this site. Updates still reach you as before."
    assert (answer.status_code, answer.json(), PushSubscription.objects.count()) == (422, {"error": said}, 0)
