"""Notifications on devices: encrypted for one browser, in addition to the SMS, shown once, gone with the browser."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from urllib3.exceptions import HTTPError

from notifications import addresses, outbox
from notifications.carriers import Declined, Meaning, OutgoingMessage
from notifications.carriers.public_connections import public_connections
from notifications.carriers.push_encryption import encrypt, from_text, private_key, to_text
from notifications.carriers.push_services import is_push_service, server_key
from notifications.carriers.web_push import WebPushCarrier
from notifications.models import CallTask, Channel, Lane, Message, MessageState, PushSubscription
from notifications.models.addresses import PushAddress
from notifications.outbox import Notice
from notifications.sending import delivery, sweep
from tests.fakes.push_service import FakePushService, claims_of, fake_push_service
from tests.notifications.outgoing import sms

AMINA = "citizen:amina"
NOTICE = Notice(
    template="case_answered",
    channel=Channel.SMS,
    recipient=AMINA,
    address="+962790001234",
    language="en",
    context={"ref": "2604821735", "kind": "complaint", "agency": "Water Authority", "date": "1/12/2026"},
    reference="2604821735",
    must_reach=True,
)


@pytest.fixture
def service(settings) -> Iterator[FakePushService]:
    settings.PUSH_KEY = b64encode(bytes(range(32))).decode()
    settings.PUSH_CONTACT = "mailto:operator@example.com"
    settings.PUSH_HOSTS, settings.WEBHOOKS_ALLOW_PRIVATE = ["127.0.0.1"], True
    settings.PUSH_CARRIERS = ["notifications.carriers.web_push.WebPushCarrier"]
    with fake_push_service() as service:
        yield service


def owe(occasion: str = "case:1:4") -> Message:
    """Owe amina the notice; return what is owed to her browser."""
    with transaction.atomic():
        outbox.owe([NOTICE], occasion=occasion, at=timezone.now())
    return Message.objects.get(occasion=occasion, channel=Channel.PUSH)


def test_what_is_sent_is_encrypted_as_the_standard_shows():
    """The example of RFC 8291, section 5 and appendix A."""
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth="BTBZMqHH6r4Tts7J_aSIgg",
        sender=private_key(from_text("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")),
        salt=from_text("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert to_text(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.django_db(transaction=True)
def test_a_browser_shows_what_the_sms_says_which_is_sent_all_the_same_and_is_forgotten_when_it_is_gone(service):
    addresses.subscribe(AMINA, service.address(), device="Firefox, Android", at=timezone.now())
    push = owe()
    text = Message.objects.get(channel=Channel.SMS)
    assert (push.lane, push.must_reach, push.other_address, text.must_reach) == (Lane.WEBHOOKS, False, None, True)
    assert (push.expires_at, text.expires_at) == (push.created_at + timedelta(days=1), None)
    with transaction.atomic():
        outbox.owe([NOTICE], occasion="case:1:4", at=timezone.now())
    assert Message.objects.count() == 2
    assert delivery.deliver(str(push.pk)) == MessageState.ACCEPTED
    (shown,) = service.shown.values()
    assert shown == {
        "title": "At Your Service",
        "body": "Your complaint 2604821735 has been answered. Read the answer",
        "tag": str(push.pk),
        "url": f"http://testserver/r/{push.token}",
        "lang": "en",
    }
    assert f"{shown['body']}: " in text.body
    (call,) = service.calls
    claims = claims_of(call["Authorization"])
    assert (claims["aud"], claims["sub"], call["TTL"]) == (service.url, "mailto:operator@example.com", "86400")
    # The answer was lost and it is pushed again: the second one takes the place of the first.
    WebPushCarrier().send(OutgoingMessage.from_message(push, attempt_id=0))
    assert (len(service.calls), len(service.shown)) == (2, 1)

    service.status = 410
    gone = owe("case:1:5")
    assert delivery.deliver(str(gone.pk)) == MessageState.UNDELIVERABLE
    assert (PushSubscription.objects.count(), CallTask.objects.count()) == (0, 0)
    assert Message.objects.filter(channel=Channel.SMS).count() == 2
    with transaction.atomic():
        outbox.owe([NOTICE], occasion="case:1:6", at=timezone.now())
    assert not Message.objects.filter(occasion="case:1:6", channel=Channel.PUSH).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("status", "meaning"), [(503, "BUSY"), (429, "BUSY"), (403, "UNFIT"), (401, "ACCOUNT")])
def test_an_answer_that_is_no_yes_costs_no_subscription(service, status, meaning):
    service.status = status
    with pytest.raises(Declined) as refused:
        WebPushCarrier().send(sms(to=str(service.address())))
    assert refused.value.meaning == Meaning[meaning]


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_ended_with_its_browser_or_after_a_day_and_troubles_nobody(service):
    browser = addresses.subscribe(AMINA, service.address(), device="", at=timezone.now())
    first, second = owe(), owe("case:1:5")
    Message.objects.filter(pk=first.pk).update(expires_at=Now() - timedelta(seconds=1))
    sweep.expire()
    Message.objects.filter(pk=second.pk).update(created_at=timezone.now() - timedelta(hours=1))
    Message.objects.filter(channel=Channel.SMS).delete()
    sweep.check_queue_age()
    addresses.remove(browser, at=timezone.now())
    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {first.pk: MessageState.EXPIRED, second.pk: MessageState.CANCELLED}
    assert (CallTask.objects.count(), service.calls) == (0, [])


def test_only_push_services_on_public_machines_are_called(service, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    settings.PUSH_HOSTS = ["localhost", ".push.apple.com"]
    elsewhere = ["http://localhost/x", "https://elsewhere.example/x", "https://evilpush.apple.com/", "https://[/"]
    no_names = [f"https://{name}.push.apple.com/x" for name in ("a.", "a" * 64, "\t", "é", "a b", "\ud800")]
    for endpoint in elsewhere + no_names:
        assert not is_push_service(endpoint)
    for endpoint in no_names:
        with pytest.raises(HTTPError):
            public_connections().request("POST", endpoint, retries=False)
    for endpoint in ("https://localhost:1/x", "https://a@web.push.apple.com/x"):
        with pytest.raises(Declined) as refused:
            WebPushCarrier().send(sms(to=str(service.address()._replace(endpoint=endpoint))))
        assert (refused.value.meaning, refused.value.code) == (Meaning.DEAD, "private address")
    with pytest.raises(Declined):
        WebPushCarrier().send(sms(to=str(PushAddress("https://web.push.apple.com/x", "AAAA", "AAAA"))))
    settings.PUSH_KEY = "c2hvcnQ="
    with pytest.raises(ImproperlyConfigured, match="PUSH_KEY"):
        server_key()
